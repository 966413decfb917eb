"""action.yml: its inputs, and the environment that hands them to the runner."""

from __future__ import annotations

from ci_runner.report import outputs
from integrations.inputs import between, inputs, scalar

# Under these marks in action.yml; what stands around them is written by hand.
INPUTS = "inputs that script/generate writes from ci_runner/config/options.py"
OUTPUTS = "outputs that script/generate writes from ci_runner/report/outputs.py"
ENVIRONMENT = "environment that script/generate writes from ci_runner/config/options.py"


def action(text: str) -> str:
    """`text` of action.yml with the inputs that the option table has now, and the outputs."""
    filled = between(OUTPUTS, between(INPUTS, text, _inputs()), _outputs())
    return between(ENVIRONMENT, filled, _environment())


def _inputs() -> str:
    return "".join(
        f"  {each.name}:\n"
        f"    description: {scalar(each.description, 4)}\n"
        "    required: false\n"
        '    default: ""\n'
        for each in inputs()
    )


def _outputs() -> str:
    return "".join(
        f"  {name}:\n"
        f"    description: {scalar(says, 4)}\n"
        f"    value: ${{{{ steps.review.outputs.{name} }}}}\n"
        for name, says in outputs.OUTPUTS.items()
    )


def _environment() -> str:
    return "".join(f"        {each.env}: ${{{{ inputs.{each.name} }}}}\n" for each in inputs())
