"""The report: a function of a sweep as the store holds it, and of nothing else, so the same sweep gives the same bytes.

``frames`` makes tidy tables, ``findings`` says what they show, ``pictures`` draws, ``page`` writes the Markdown, and
``publish`` gathers the files.
"""
