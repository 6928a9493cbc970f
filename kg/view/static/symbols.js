// Shapes of kinds and lines of statuses, the same in the graph, the legend, the timeline and the panel.
"use strict";

kg.kinds = {
  Person: { shape: "dot", colour: "person" }, Government: { shape: "square", colour: "government" },
  Organization: { shape: "diamond", colour: "organization" }, Media: { shape: "triangle", colour: "media" },
  Group: { shape: "dot", colour: "group", hollow: true }, Place: { shape: "triangleDown", colour: "placed" },
  Plan: { shape: "hexagon", colour: "plan" }, NamedEvent: { shape: "star", colour: "namedevent" },
};
kg.lines = {
  held: { dash: false, width: 1.8, sign: "" }, ongoing: { dash: false, width: 3.4, sign: "" },
  planned: { dash: [9, 5], width: 1.8, sign: "○" }, proposed: { dash: [2, 4], width: 1.8, sign: "?" },
  postponed: { dash: [12, 4, 2, 4], width: 1.8, sign: "→" }, cancelled: { dash: [5, 4], width: 1.8, sign: "✕" },
  denied: { dash: [2, 7], width: 1.6, sign: "⊘" },
};

const outlines = {
  square: "M3 3h12v12H3z", diamond: "M9 1.5 16.5 9 9 16.5 1.5 9z", triangle: "M9 2 16.5 15.5h-15z", triangleDown: "M9 16 1.5 2.5h15z",
  hexagon: "M5 2h8l4 7-4 7H5L1 9z", star: "M9 1l2.4 5.2 5.6.7-4.1 3.9 1.1 5.6L9 13.6l-5 2.8 1.1-5.6L1 6.9l5.6-.7z",
};

/** The shape of an actor's kind, 18 by 18. */
kg.shape = function (kind) {
  const { shape, colour, hollow } = kg.kinds[kind] || kg.kinds.Group;
  const paint = hollow
    ? { fill: "none", stroke: `var(--${colour})`, "stroke-width": 2.2, "stroke-dasharray": "3 2" }
    : { fill: `var(--${colour})` };
  const figure = shape === "dot" ? kg.s("circle", { cx: 9, cy: 9, r: hollow ? 6 : 7, ...paint }) : kg.s("path", { d: outlines[shape], ...paint });
  return kg.s("svg.shape", { viewBox: "0 0 18 18", "aria-hidden": "true" }, figure);
};

/** The line of a status with its sign, 32 by 16. */
kg.line = function (status) {
  const { dash, width } = kg.lines[status];
  return kg.s("svg", { viewBox: "0 0 32 16", "aria-hidden": "true" },
    kg.s("line", { x1: 1, y1: 8, x2: 31, y2: 8, stroke: `var(--${status})`, "stroke-width": width, "stroke-dasharray": dash ? dash.join(" ") : null }),
    kg.sign(status, 16, 8, 5));
};

/** The sign of a status as SVG around (x, y). `old` draws it as a date that no longer holds. */
kg.sign = function (status, x, y, r, old) {
  const colour = `var(--${status})`;
  const ring = { cx: x, cy: y, r, fill: "var(--card)", stroke: colour, "stroke-width": 1.8 };
  const stroke = { fill: "none", stroke: colour, "stroke-width": 2, "stroke-linecap": "round" };
  const k = r * 0.55;
  if (old) return [kg.s("circle", { ...ring, r: r * 0.8, "stroke-dasharray": status === "proposed" ? "2 2" : null, fill: "var(--paper)" })];
  switch (status) {
    case "held": return [kg.s("circle", { cx: x, cy: y, r, fill: colour })];
    case "ongoing": return [kg.s("rect", { x: x - r * 1.5, y: y - r * 0.8, width: r * 3, height: r * 1.6, rx: r * 0.8, fill: colour })];
    case "planned": return [kg.s("circle", ring)];
    case "proposed": return [kg.s("circle", { ...ring, "stroke-dasharray": "2 2.2" })];
    case "postponed": return [kg.s("circle", ring), kg.s("path", { ...stroke, "stroke-width": 1.6, d: `M${x - k} ${y}h${2 * k}m${-k * 0.9} ${-k * 0.8}l${k * 0.9} ${k * 0.8}l${-k * 0.9} ${k * 0.8}` })];
    case "cancelled": return [kg.s("circle", { ...ring, stroke: "none" }), kg.s("path", { ...stroke, d: `M${x - k * 1.3} ${y - k * 1.3}l${k * 2.6} ${k * 2.6}m0 ${-k * 2.6}l${-k * 2.6} ${k * 2.6}` })];
    default: return [kg.s("circle", ring), kg.s("path", { ...stroke, "stroke-width": 1.6, d: `M${x - k * 1.1} ${y + k * 1.1}l${k * 2.2} ${-k * 2.2}` })];
  }
};

/** A status in words beside its line. */
kg.chip = (status) => kg.h("span.chip", {}, kg.line(status), kg.capital(kg.term(status)));
