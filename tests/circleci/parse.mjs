// Parses an orb, as JSON on stdin, with CircleCI's own parser from the folder of Node packages that is
// the argument; prints what it has found. The parser knows no executor with two containers.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const packages = process.argv[2];
const parser = createRequire(`${packages}/`)("@circleci/circleci-config-parser");
const orb = JSON.parse(readFileSync(0, "utf8"));
try {
  const offered = (parts) =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.parameters]));
  parser.parseOrbManifest({
    commands: offered(orb.commands),
    executors: offered(orb.executors),
    jobs: offered(orb.jobs),
  });
  const commands = parser.parseReusableCommands(orb.commands);
  const executors = parser.parseReusableExecutors(orb.executors);
  const jobs = parser.parseJobList(orb.jobs, commands, executors);
  const steps = (each) => each.steps.map((step) => step.name);
  console.log(
    JSON.stringify({
      commands: Object.fromEntries(commands.map((each) => [each.name, steps(each)])),
      jobs: Object.fromEntries(jobs.map((each) => [each.name, steps(each)])),
      executors: executors.map((each) => each.name),
    }),
  );
} catch (refused) {
  console.error(String(refused.message ?? refused));
  process.exit(1);
}
