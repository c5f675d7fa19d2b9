"""The report: a function of a sweep as the store holds it, and of nothing else, so the same sweep gives the same bytes.

Values first: ``judged_runs`` judges each run anew, ``frames`` tabulates them, ``findings`` and ``theory`` say what they
show, ``panels`` and ``fit`` what is drawn, and ``contents`` puts it all into sections of ``blocks``. Then thin steps:
``axes``, ``drawing`` and ``pictures`` draw SVG, ``markdown`` and ``page`` write ``report.md`` and ``report.html``,
``escape`` stands between them and what comes from outside, and ``files`` gathers the whole.
"""
