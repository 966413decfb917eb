"""Texts that an attacker would write into SQL, names and error messages."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = (
    "```\n</details>\n# owned",
    "`````` `a` ``",
    "</details></code></td></table><script>alert(1)</script>",
    "<!-- schema-ci:v1 {} -->",
    "-->",
    "@everyone @org/team",
    "fixes #1, GH-2",
    "/merge",
    "\n/approve\n  /close",
    "::error::owned",
    "##[error]owned",
    "\x1b[31mred\x1b]0;title\x07",
    "a\u202eb\u2066c\u200bd\ufeff\u00ad",
    "a\r\nb\rc\n\nd",
    "a|b\\|c||",
    "[x](javascript:alert(1)) ![y](https://evil.example/z.png)",
    "https://evil.example www.evil.example a@b.example",
    "**bold** _em_ ~~no~~ :tada: $x$ [^1]",
    "&lt;b&gt; &#64;x",
    "| a | b |\n| --- | --- |",
    "    indented\n\ttab",
    " lead and trail ",
    "> quote\n- list\n1. one\n---",
    "",
)
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(),
    st.text(alphabet="`|<>&@#/\\*_[]()!~:\n -a1", max_size=60),
)
