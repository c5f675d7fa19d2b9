"use strict";
// Sorts, searches and unfolds the tables of runs and settings. Only as many rows as a person looks at are shown, so that
// ten thousand stay quick.
for (const part of document.querySelectorAll(".sortable")) {
  const STEP = 200;
  const table = part.querySelector("table"), body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const status = part.querySelector("[role=status]"), more = part.querySelector(".more");
  const search = part.querySelector("[type=search]"), selects = [...part.querySelectorAll("select")];
  const names = heads.map((head) => head.textContent.toLowerCase());
  const rows = [...body.rows].map(entry), total = rows.length;
  let limit = STEP, prepared = 0, found, sorted = false;

  const count = (n) => n.toLocaleString("en");
  const number = (cell) => Number(cell.replaceAll(",", "").replace(/^(-?)inf$/i, "$1Infinity"));

  // Cells are read when they are asked for, or when nothing else is to be done.
  function entry(row) {
    let cells, text;
    return {
      row,
      get cells() { return (cells ??= [...row.cells].map((cell) => cell.textContent)); },
      get text() { return (text ??= this.cells.join(" ").toLowerCase()); },
    };
  }

  function prepare(deadline) {
    while (prepared < total && deadline.timeRemaining() > 2) void rows[prepared++].text;
    if (prepared < total) requestIdleCallback(prepare);
  }

  // A word is sought anywhere; name=value in the column of that name, as its start or as the same number.
  function term(word) {
    const [, name, value] = /^([^=]+)=(.*?)(?:…|\.{3})?$/.exec(word) ?? [];
    const column = names.findIndex((each) => each === name || each.endsWith(`.${name}`));
    if (column < 0) return ({ text }) => text.includes(word);
    const sought = value === "" ? NaN : number(value);
    return ({ cells }) => cells[column].toLowerCase().startsWith(value) || (cells[column] !== "" && number(cells[column]) === sought);
  }

  function below_of(row) {
    const next = row.nextElementSibling;
    return next?.className === "below" ? next : null;
  }
  const whole = (row) => [row, below_of(row)].filter(Boolean);

  // Sorted rows stand in order as far as they are seen: to move ten thousand takes longer than to sort them.
  function show() {
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean).map(term);
    const wanted = selects.filter((select) => select.selectedIndex > 0)
      .map((select) => [Number(select.dataset.column), select.value]);
    const seen = [];
    let fit = 0;
    for (const each of rows) {
      const fits = terms.every((matches) => matches(each)) && wanted.every(([column, value]) => each.cells[column] === value);
      fit += fits;
      const hidden = !fits || (fit > limit && each.row !== found);
      if (each.row.hidden !== hidden) each.row.hidden = hidden; // Else each is styled anew.
      if (!hidden) seen.push(each.row);
      const below = below_of(each.row);
      if (below) below.hidden = hidden;
    }
    if (sorted) body.prepend(...seen.flatMap(whole));
    tell(fit);
    rove();
  }

  function tell(fit) {
    const all = `${count(total)} ${table.dataset.row}${total === 1 ? "" : "s"}`;
    const matching = fit < total ? `${count(fit)} of ${all} match` : all;
    status.textContent = limit < fit ? `${matching}, the first ${count(limit)} are shown` : matching;
    more.hidden = fit <= limit;
  }

  // Numbers by value, then what is no number by its letters, then nothing at all.
  function rank(cell) {
    if (cell === "") return [3, 0];
    return Number.isNaN(number(cell)) ? [cell === "nan" ? 2 : 1, 0] : [0, number(cell)];
  }

  function sort(header) {
    const column = header.cellIndex;
    const down = header.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.setAttribute("aria-sort", "none");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keys = new Map(rows.map((each) => [each, rank(each.cells[column])]));
    rows.sort((a, b) => {
      const [first, x] = keys.get(a), [second, y] = keys.get(b);
      if (first === 3 || second === 3) return first - second; // What is not there comes last in either direction.
      const order = first - second || x - y || (first === 1 ? (a.cells[column] > b.cells[column]) - (a.cells[column] < b.cells[column]) : 0);
      return down ? -order : order;
    });
    for (const below of body.querySelectorAll(".below")) fold(below.previousElementSibling);
    sorted = true;
    show();
  }

  // Below the row: its reason, and what has no column of its own here.
  function unfold(row) {
    const below = body.insertRow(row.sectionRowIndex + 1), place = below.insertCell();
    below.className = "below";
    place.colSpan = heads.length;
    const list = document.createElement("dl");
    [...row.cells].forEach((cell, column) => {
      if (cell.textContent === "" || (cell.offsetWidth && cell.scrollWidth <= cell.clientWidth)) return; // It can be seen.
      if (heads[column].dataset.part === "reason") return place.prepend(Object.assign(document.createElement("p"), { textContent: cell.textContent }));
      const pair = document.createElement("div");
      for (const [kind, text] of [["dt", heads[column].textContent], ["dd", cell.textContent]]) {
        pair.append(Object.assign(document.createElement(kind), { textContent: text }));
      }
      list.append(pair);
    });
    place.append(list);
    row.cells[0].setAttribute("aria-expanded", "true");
  }

  function fold(row) {
    row.nextElementSibling.remove();
    row.cells[0].setAttribute("aria-expanded", "false");
  }

  const toggle = (row) => (below_of(row) ? fold : unfold)(row);

  // One row is a stop of the keyboard; arrows go on from it.
  function rove(row) {
    const before = body.querySelector("th[tabindex='0']");
    if (!row && before && !before.parentElement.hidden) return;
    before?.setAttribute("tabindex", "-1");
    const head = (row ?? body.querySelector("tr:not([hidden], .below)"))?.cells[0];
    head?.setAttribute("tabindex", "0");
    if (head && !head.hasAttribute("aria-expanded")) head.setAttribute("aria-expanded", "false");
    if (row) head.focus({ preventScroll: true });
  }

  function beside(row, step) {
    do row = row[step]; while (row && (row.hidden || row.className === "below"));
    return row;
  }

  function find(name) {
    const row = rows.find((each) => each.row.cells[0].textContent === name)?.row;
    if (!row) return;
    part.open = true;
    found?.classList.remove("found");
    found = row;
    row.classList.add("found");
    show();
    if (row.hidden) {
      search.value = "";
      for (const select of selects) select.selectedIndex = 0;
      show();
    }
    if (!below_of(row)) unfold(row);
    row.scrollIntoView({ block: "center" });
    rove(row);
  }

  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr:not(.below)");
    if (!row || String(getSelection())) return;
    toggle(row);
    rove(row);
  });
  body.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr:not(.below)");
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!row || !(step || event.key === "Enter" || event.key === " ")) return;
    event.preventDefault();
    if (!step) return toggle(row);
    const next = beside(row, step);
    if (!next) return;
    rove(next);
    next.scrollIntoView({ block: "nearest" });
  });
  table.addEventListener("find", (event) => find(event.detail));
  for (const header of heads) header.querySelector("button").addEventListener("click", () => sort(header));
  for (const control of [search, ...selects]) control.addEventListener("input", () => { limit = STEP; show(); });
  more.addEventListener("click", () => { limit += 10 * STEP; show(); });
  addEventListener("beforeprint", () => { if (sorted) body.append(...rows.flatMap(({ row }) => whole(row))); });
  tell(total);
  rove();
  globalThis.requestIdleCallback?.(prepare);
}
