"use strict";
// Sorts and filters the table of all runs. Only as many rows as a person looks at are shown, so that ten thousand stay quick.
(() => {
  const STEP = 200;
  const table = document.getElementById("@table");
  const body = table.tBodies[0];
  const status = document.getElementById("@shown");
  const more = document.getElementById("@more");
  const search = document.getElementById("@search");
  const selects = [...document.querySelectorAll("@filters select")];
  const rows = [...body.rows].map((row) => {
    const cells = [...row.cells].map((cell) => cell.textContent);
    return { row, cells, text: cells.join(" ").toLowerCase() };
  });
  let limit = STEP;

  function show() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = selects.filter((select) => select.selectedIndex > 0)
      .map((select) => [Number(select.dataset.column), select.value]);
    let fit = 0;
    for (const { row, cells, text } of rows) {
      const fits = words.every((word) => text.includes(word))
        && wanted.every(([column, value]) => cells[column] === value);
      fit += fits;
      row.hidden = !fits || fit > limit;
    }
    const count = (n) => n.toLocaleString("en");
    const visible = Math.min(fit, limit);
    const runs = `${count(rows.length)} @{row}${rows.length === 1 ? "" : "s"}`;
    const matching = fit < rows.length ? `${count(fit)} of ${runs} match` : runs;
    status.textContent = visible < fit ? `${matching}, the first ${count(visible)} are shown` : matching;
    more.hidden = fit <= limit;
  }

  // Numbers by value, then what is no number by its letters, then nothing at all.
  function rank(cell) {
    if (cell === "") return [3, 0];
    const number = Number(cell.replaceAll(",", "").replace(/^(-?)inf$/, "$1Infinity"));
    return Number.isNaN(number) ? [cell === "nan" ? 2 : 1, 0] : [0, number];
  }

  function sort(header) {
    const column = header.cellIndex;
    const down = header.getAttribute("aria-sort") === "ascending";
    for (const other of header.parentElement.cells) other.setAttribute("aria-sort", "none");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keys = new Map(rows.map((each) => [each, rank(each.cells[column])]));
    rows.sort((a, b) => {
      const [first, x] = keys.get(a), [second, y] = keys.get(b);
      if (first === 3 || second === 3) return first - second; // What is not there comes last in either direction.
      const order = first - second || x - y || (first === 1 ? (a.cells[column] > b.cells[column]) - (a.cells[column] < b.cells[column]) : 0);
      return down ? -order : order;
    });
    body.append(...rows.map((each) => each.row));
    show();
  }

  for (const header of table.tHead.rows[0].cells) header.querySelector("button").addEventListener("click", () => sort(header));
  for (const control of [search, ...selects]) control.addEventListener("input", () => { limit = STEP; show(); });
  more.addEventListener("click", () => { limit += 10 * STEP; show(); });
  show();
})();
