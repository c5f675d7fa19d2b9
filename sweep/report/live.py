"""A page of a sweep that still runs: the report as it is so far, which a browser loads again and again."""

from sweep.report.escape import in_html

HEAD, BODY = '<meta charset="utf-8">\n', "<header>\n"
"""Where, in the page, what is live alone has its place."""


def alive(page: bytes, said: str, every: int) -> bytes:
    """``page`` with what is ``said`` of the sweep above all else, loaded again ``every`` so many seconds."""
    refresh = f'{HEAD}<meta http-equiv="refresh" content="{every}">\n'
    told = f'{BODY}<p role="status">{in_html(said)}</p>\n'
    return page.decode().replace(HEAD, refresh, 1).replace(BODY, told, 1).encode()
