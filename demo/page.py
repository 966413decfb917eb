"""Show the comment's Markdown as a page of HTML, much as GitHub does."""

from __future__ import annotations

from markdown_it import MarkdownIt

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>schema-ci: the comment</title><style>
body { margin: 0; padding: 16px; background: #fff; color: #1f2328; font: 14px/1.5 -apple-system,
  "Segoe UI", "Noto Sans", "DejaVu Sans", Helvetica, Arial, sans-serif, "Noto Color Emoji"; }
article { border: 1px solid #d1d9e0; border-radius: 6px; max-width: 920px; }
header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e;
  border-radius: 6px 6px 0 0; }
header b { color: #1f2328; } main { padding: 16px; } main > :first-child { margin-top: 0; }
main > :last-child { margin-bottom: 0; } p, table, pre, details, ul { margin: 0 0 14px; }
h3 { margin: 0 0 12px; font-size: 1.25em; } h4 { margin: 0 0 12px; font-size: 1em; }
table { border-collapse: collapse; } th, td { border: 1px solid #d1d9e0; padding: 6px 13px; }
th { font-weight: 600; text-align: left; } tr:nth-child(even) td { background: #f6f8fa; }
code { background: #818b981f; border-radius: 6px; padding: .2em .4em; font-size: 85%;
  font-family: "DejaVu Sans Mono", monospace; }
pre { background: #f6f8fa; border-radius: 6px; padding: 14px; overflow: auto; }
pre code { background: none; padding: 0; } a { color: #0969da; }
blockquote { border-left: 4px solid #d1d9e0; color: #59636e; margin: 0 0 14px; padding: 0 14px; }
summary { cursor: pointer; margin-bottom: 8px; } sub { color: #59636e; vertical-align: 0; }
ul { padding-left: 24px; }
</style></head><body>
<article><header><b>github-actions</b> bot commented</header><main>BODY</main></article>
</body></html>
"""


def page(markdown: str) -> str:
    """A whole document; nothing in it is loaded from elsewhere."""
    return _PAGE.replace("BODY", MarkdownIt("commonmark").enable("table").render(markdown))
