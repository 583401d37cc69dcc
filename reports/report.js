"use strict";
// Comfort only: the page says everything without this script.
(() => {
  const WORDS = { inconclusive: "inconclusive, not tested", known: "known failure", na: "not applicable" };
  const element = (name, settings = {}) => Object.assign(document.createElement(name), settings);

  function tools(place, label, found, onChange) {
    const host = document.getElementById(place);
    if (!host) return;
    const search = element("input", { type: "search", placeholder: `Filter ${label}` });
    search.setAttribute("aria-label", `Filter ${label} by name`);
    const verdict = element("select");
    verdict.setAttribute("aria-label", `Filter ${label} by verdict`);
    verdict.append(element("option", { textContent: "any verdict", value: "" }));
    for (const style of new Set([...document.querySelectorAll(found)].map((node) => node.dataset.verdict))) {
      verdict.append(element("option", { textContent: WORDS[style] || style, value: style }));
    }
    const told = element("output");
    const change = () => {
      const nodes = onChange(search.value.trim().toLowerCase(), verdict.value);
      told.value = `${nodes.filter((node) => !node.hidden).length} of ${nodes.length}`;
    };
    search.addEventListener("input", change);
    verdict.addEventListener("change", change);
    host.className = "tools";
    host.append(search, verdict, told);
    host.hidden = false;
  }

  const matches = (node, name, words) => !words || node.querySelector(name).textContent.toLowerCase().includes(words);

  tools("matrix-tools", "perturbations", "#matrix .matrix td[data-verdict]", (words, verdict) => {
    const rows = [...document.querySelectorAll("#matrix .matrix tbody tr:not(.block)")];
    for (const row of rows) {
      const found = !verdict || row.querySelector(`td[data-verdict="${verdict}"]`);
      row.hidden = !(found && matches(row, "th", words));
    }
    const empty = (part) => !part.querySelector("tr:not(.block):not([hidden])");
    for (const body of document.querySelectorAll("#matrix .matrix tbody")) body.hidden = empty(body);
    for (const table of document.querySelectorAll("#matrix .matrix")) {
      const frame = table.parentElement;
      frame.hidden = [...table.tBodies].every((body) => body.hidden);
      frame.previousElementSibling.hidden = frame.hidden;
    }
    return rows;
  });

  tools("cell-tools", "cells", "article.cell", (words, verdict) => {
    const cells = [...document.querySelectorAll("article.cell")];
    for (const cell of cells) {
      cell.hidden = !((!verdict || cell.dataset.verdict === verdict) && matches(cell, "h3", words));
    }
    return cells;
  });

  function sort(table, column, ascending) {
    const value = (row) => {
      const cell = row.cells[column];
      const text = (cell.querySelector("b") || cell).textContent.replace(/[<>]/g, "");
      return column === 0 ? text.toLowerCase() : Number.isNaN(parseFloat(text)) ? Infinity : parseFloat(text);
    };
    const order = (left, right) => (value(left) < value(right) ? -1 : value(left) > value(right) ? 1 : 0);
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter((row) => !row.classList.contains("block")).sort(order);
      body.append(...(ascending ? rows : rows.reverse()));
    }
  }

  for (const table of document.querySelectorAll(".matrix")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = element("button", { type: "button", textContent: head.textContent, title: "sort" });
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const ascending = head.getAttribute("aria-sort") !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        sort(table, column, ascending);
      });
    });
  }

  // A link into a closed part opens it; a filtered cell comes back.
  function reveal() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    target.hidden = false;
    const closed = target.closest("details:not([open])") || target.querySelector("details:is(.fold, .cases):not([open])");
    if (closed) closed.open = true;
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  reveal();
})();
