// Pointing at a mark, a curve or a cell shows its run, as its row in the table has it; a click or Enter finds that row; and a
// row that is pointed at, or has the focus, is marked in the pictures. What a picture has of a row carries its number as
// data-row; a group of cells carries data-rows with data-x and data-y, their places, and the nearest one is meant.
{
  const REACH = [0, 4, 8]; // Pixels around a pointer within which something is hit.
  const main = document.querySelector("main");
  const box = document.createElement("div");
  box.id = "pointed";
  box.setAttribute("role", "status");
  box.hidden = true;
  document.body.append(box);

  const tables = new Map([...document.querySelectorAll("table[data-row]")].map((table) => [table.id, table]));
  const first = [...tables.keys()][0];
  const rows = new Map([...tables].map(([id, table]) => [id, new Map([...table.tBodies[0].rows].map((row) => [row.cells[0].textContent, row]))]));
  const table_of = (element) => element.closest("figure")?.dataset.table ?? first;

  const panels = [...document.querySelectorAll("figure svg[role=img]")].map((svg) => {
    const marks = [...svg.querySelectorAll("[data-row]")].map((element) => ({ element, row: element.dataset.row }));
    const cells = [...svg.querySelectorAll("[data-rows]")].flatMap((element) => {
      const [x, y, names] = ["x", "y", "rows"].map((name) => element.dataset[name].split(" "));
      return names.map((row, place) => ({ element, row, x: Number(x[place]), y: Number(y[place]) }));
    });
    return { svg, table: table_of(svg), items: [...marks, ...cells] };
  }).filter(({ items }) => items.length);
  const of_row = new Map();
  for (const { table, items } of panels) {
    for (const item of items) of_row.set(`${table} ${item.row}`, [...(of_row.get(`${table} ${item.row}`) ?? []), item]);
  }

  // Where an item is, in the coordinates of its frame; a curve is where it ends.
  function place(item) {
    if (item.x !== undefined) return item;
    const { element } = item;
    if (is_line(element)) return element.getPointAtLength(element.getTotalLength());
    const { x, y, width, height } = element.getBBox();
    return { x: x + width / 2, y: y + height / 2 };
  }
  const is_line = (element) => element.tagName === "path" && !element.closest(".marks");

  let shown = [];
  function mark(table, row) {
    for (const element of shown) element.remove();
    const here = (of_row.get(`${table} ${row}`) ?? []).filter(({ element }) => element.getClientRects().length);
    shown = here.map((item) => {
      const line = item.x === undefined && is_line(item.element);
      const copy = line ? item.element.cloneNode() : document.createElementNS(item.element.namespaceURI, "circle");
      const at = line || place(item);
      if (!line) for (const [name, value] of [["cx", at.x], ["cy", at.y], ["r", 75]]) copy.setAttribute(name, value);
      copy.removeAttribute("data-row");
      copy.classList.add("pointed");
      item.element.closest("svg").append(copy);
      return copy;
    });
  }

  // The row's settings, then what came of them: what the table has in view or, of a run, its outcome and why.
  function tell(table, row, x, y) {
    const cells = [...rows.get(table).get(row).cells].map((cell) => cell.textContent);
    const told = { setting: [], rest: [] };
    [...tables.get(table).tHead.rows[0].cells].forEach((head, column) => {
      const { part } = head.dataset, cell = cells[column];
      if (cell === "" || column === 0 || part === "reason" || part === "key") return;
      if (part === "setting") told.setting.push(`${head.textContent}=${cell}`);
      else if (part) told[part] = cell;
      else told.rest.push(`${head.textContent} ${cell}`);
    });
    const lines = [["b", `${tables.get(table).dataset.row} ${row}: ${told.setting.join(" ")}`]];
    if (told.outcome) lines.push(["span", told.outcome, `state ${told.outcome.replace(" ", "-")}`], ["span", told.note ?? ""]);
    else lines.push(...told.rest.map((text) => ["span", text]));
    box.replaceChildren(...lines.map(([kind, textContent, className = ""]) => Object.assign(document.createElement(kind), { textContent, className })));
    box.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = box, { clientWidth, clientHeight } = document.documentElement;
    box.style.left = `${Math.max(4, Math.min(x + 14, clientWidth - width - 4))}px`;
    box.style.top = `${Math.max(4, y + 18 + height > clientHeight ? y - height - 12 : y + 18)}px`;
  }

  function hit(x, y) {
    for (const reach of REACH) {
      for (let turn = 0; turn < (reach ? 8 : 1); turn++) {
        const at = [x + reach * Math.cos(turn * Math.PI / 4), y + reach * Math.sin(turn * Math.PI / 4)];
        const element = document.elementFromPoint(...at)?.closest("figure [data-row], figure [data-rows]");
        if (!element) continue;
        if (element.dataset.row) return { element, row: element.dataset.row };
        const matrix = element.getScreenCTM().inverse(), here = new DOMPoint(...at).matrixTransform(matrix);
        const far = (item) => (item.x - here.x) ** 2 + (item.y - here.y) ** 2;
        const cells = panels.find(({ svg }) => svg.contains(element)).items.filter((item) => item.element === element);
        return cells.reduce((best, item) => (far(item) < far(best) ? item : best));
      }
    }
    return null;
  }

  function leave() {
    if (!shown.length && box.hidden) return;
    mark();
    box.hidden = true;
  }

  main.addEventListener("pointermove", (event) => {
    if (!event.target.closest("figure svg")) return;
    const item = hit(event.clientX, event.clientY);
    if (!item) return leave();
    for (const title of item.element.querySelectorAll("title")) title.remove(); // The box says it, and more.
    mark(table_of(item.element), item.row);
    tell(table_of(item.element), item.row, event.clientX, event.clientY);
  });
  main.addEventListener("click", (event) => {
    const item = event.target.closest("figure svg") && hit(event.clientX, event.clientY);
    if (item) find(table_of(item.element), item.row);
  });
  for (const kind of ["pointerover", "focusin"]) {
    main.addEventListener(kind, (event) => {
      const row = event.target.closest(".sortable tbody tr:not(.below)");
      if (row) mark(row.closest("table").id, row.cells[0].textContent);
      else if (!event.target.closest("figure svg")) leave();
    });
  }

  function find(table, row) {
    box.hidden = true;
    tables.get(table).dispatchEvent(new CustomEvent("find", { detail: row }));
    mark(table, row);
  }

  // With the keyboard: a panel is a stop, arrows walk from row to row of it, and Enter finds the one that is marked.
  for (const { svg, table, items } of panels) {
    const walk = [...new Map(items.map((item) => [item.row, item])).values()];
    let at = -1, order;
    svg.tabIndex = 0;
    svg.setAttribute("aria-label", `${svg.getAttribute("aria-label")}; arrows walk along, Enter finds the row`);
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") return leave();
      if (event.key === "Enter" && at >= 0) return find(table, order[at].row);
      if (!step) return;
      event.preventDefault();
      order ??= [...walk].sort((a, b) => a.row - b.row);
      at = (Math.max(at, step > 0 ? -1 : 0) + step + order.length) % order.length;
      const item = order[at], { x, y } = place(item);
      const seen = new DOMPoint(x, y).matrixTransform(item.element.getScreenCTM());
      mark(table, item.row);
      tell(table, item.row, seen.x, seen.y);
    });
    svg.addEventListener("blur", leave);
  }
}
