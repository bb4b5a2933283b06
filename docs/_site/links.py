"""A hook of MkDocs: what a page links to outside `docs/` is not on the site, so the link's text stays alone.

A link to what does not exist is a warning, as MkDocs gives one for links inside.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

_log = logging.getLogger("mkdocs.hooks.links")
# [text](../path#anchor), whose text holds no bracket
_OUTSIDE = re.compile(r"\[([^\[\]]*)\]\(((?:\.\./)+[^)#\s]*)(#[^)]*)?\)")


def on_page_markdown(markdown: str, /, page: Any, config: Any, **_: Any) -> str:
    """The page, links to outside the documentation being their texts."""
    docs = Path(config["docs_dir"])
    folder = Path(page.file.abs_src_path).parent

    def shown(link: re.Match[str]) -> str:
        target = (folder / link[2]).resolve()
        if target.is_relative_to(docs):
            return link[0]
        if not target.exists():
            _log.warning("'%s' links to '%s', which is not there", page.file.src_uri, link[2])
        return link[1]

    return _OUTSIDE.sub(shown, markdown)
