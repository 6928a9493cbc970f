// The picture: vis-network over the nodes and edges that pyvis wrote into the page, at the places computed with them.
"use strict";

kg.graph = (function () {
  let network, nodes, edges;
  let mode = "edges";
  let many = false;
  let faintness = 0.8;
  let wished = 14; // the size of a name among few
  const fonts = new Map(); // the size of a name among many, by the index of the actor
  const drawn = new Set(); // indices of actors in the picture

  const eventNode = (event) => `e${event.index}`;
  const isEvent = (id) => typeof id === "string";

  function start() {
    const read = { nodes: kg.read("kg-nodes"), edges: kg.read("kg-edges"), options: kg.read("kg-options") };
    many = read.edges.length > 1500 || read.nodes.length > 250;
    faintness = many ? Math.max(0.1, Math.min(0.35, 1200 / read.edges.length)) : 0.8;
    measure(read.nodes);
    nodes = new vis.DataSet(read.nodes.map((node) => (isEvent(node.id) ? styleEvent(kg.events[node.event], node) : styleActor(node))));
    edges = new vis.DataSet(read.edges.map(styleEdge));
    for (const node of read.nodes) if (!isEvent(node.id)) drawn.add(node.id);
    const options = { ...read.options, height: "100%", width: "100%", autoResize: true };
    if (!many) options.nodes.scaling.label.drawThreshold = 5; // every name stays, however small
    options.interaction = { ...options.interaction, hideEdgesOnDrag: many, hideEdgesOnZoom: many };
    network = new vis.Network(kg.byId("canvas"), { nodes, edges }, options);
    network.once("afterDrawing", () => { performance.mark("kg-painted"); fit(false); });
    network.on("click", () => { kg.byId("tip").hidden = true; });
    network.on("click", ({ nodes: [node], edges: [edge] }) => {
      if (node !== undefined) isEvent(node) ? kg.go({ event: kg.events[nodes.get(node).event].id }) : kg.go({ actor: kg.actors[node].id });
      else if (edge !== undefined) kg.go({ event: kg.events[edges.get(edge).event].id });
      else kg.go({});
    });
    network.on("doubleClick", ({ nodes: [node] }) => node !== undefined && !isEvent(node) && kg.around(node, 1));
    network.on("hoverNode", ({ node, pointer }) => (isEvent(node) ? tipEvent(kg.events[nodes.get(node).event], pointer.DOM) : tipActor(kg.actors[node], pointer.DOM)));
    network.on("hoverEdge", ({ edge, pointer }) => tipEvent(kg.events[edges.get(edge).event], pointer.DOM));
    for (const event of ["blurNode", "blurEdge", "dragStart", "zoom"]) network.on(event, () => { kg.byId("tip").hidden = true; });
    kg.byId("canvas").addEventListener("keydown", keys);
  }

  // ---- Style ----
  let palette = {};
  const colours = (name) => (palette[name] ||= kg.colour(name));
  function styleActor(node) {
    const actor = kg.actors[node.id];
    const look = kg.kinds[actor.kind] || kg.kinds.Group;
    const colour = colours(look.colour);
    const paper = colours("paper");
    const fill = look.hollow ? paper : colour;
    return {
      ...node, group: undefined, shape: look.shape, label: label(actor),
      color: { background: fill, border: look.hollow ? colour : paper, highlight: { background: fill, border: colours("ink") }, hover: { background: fill, border: colours("ink") } },
      borderWidth: look.hollow ? 2 : 1.5, borderWidthSelected: 3, shapeProperties: { borderDashes: look.hollow ? [4, 3] : false },
      font: { color: colours("ink"), size: fontSize(actor, node.size), face: colours("sans"), strokeWidth: many ? 0 : 4, strokeColor: paper },
    };
  }
  /** Among many, size is rank: far away only the most connected have a name, and coming closer brings out the others. */
  const fontSize = (actor, radius) => Math.round(many ? fonts.get(actor.index) || 11 : wished + Math.min(radius, 40) / 8);
  function measure(places) {
    const stage = kg.byId("canvas").getBoundingClientRect();
    const extent = (axis) => places.reduce((most, place) => Math.max(most, place[axis]), -1e9) - places.reduce((least, place) => Math.min(least, place[axis]), 1e9);
    const scale = Math.min(1, stage.width / (extent("x") + 160), stage.height / (extent("y") + 160));
    if (!many) { wished = Math.min(kg.narrow() ? 24 : 18, 12.5 / scale); return; }
    const ranked = places.filter((place) => !isEvent(place.id)).sort((a, b) => kg.actors[b.id].events.length - kg.actors[a.id].events.length);
    const taken = [];
    for (const { id, x, y } of ranked.slice(0, 500)) {
      const width = kg.actors[id].name.length * 8 + 24;
      const free = (near) => taken.every((other) => other.near > near || Math.abs(other.x - x) * near > (other.width + width) / 2 || Math.abs(other.y - y) * near > 22);
      const near = [1, 2, 4, 8].map((times) => times * scale).find((near) => near < 1 && free(near));
      if (!near) continue;
      taken.push({ x, y, width, near });
      fonts.set(id, (near === scale ? 14 : 10) / near);
    }
  }
  function label(actor) {
    const name = actor.name.length > 34 ? `${actor.name.slice(0, 33)}…` : actor.name;
    return actor.country ? `${kg.flag(actor.country)} ${name}` : name;
  }
  function styleEvent(event, node) {
    const colour = colours(event.status);
    const full = event.status === "held" || event.status === "ongoing";
    return { ...node, id: eventNode(event), event: event.index, x: event.at[0], y: event.at[1], shape: "dot", size: 6, label: undefined,
      color: { background: full ? colour : colours("paper"), border: colour, highlight: { background: colour, border: colours("ink") }, hover: { background: colour, border: colours("ink") } },
      borderWidth: 2, shapeProperties: { borderDashes: event.status === "proposed" ? [2, 2] : false } };
  }
  function styleEdge(edge) {
    const event = kg.events[edge.event];
    const line = kg.lines[event.status];
    const colour = colours(event.status);
    return {
      id: edge.id, from: edge.from, to: edge.to, event: edge.event, bend: edge.bend, spoke: edge.spoke,
      dashes: line.dash, width: line.width,
      color: { color: colour, highlight: colour, hover: colour, opacity: faintness },
      ...(many || edge.spoke || !line.sign ? {} : { label: line.sign, font: { color: colour, size: 15, strokeWidth: 4, strokeColor: colours("paper"), align: "horizontal" } }),
      ...(edge.bend ? { smooth: { enabled: true, type: edge.bend > 0 ? "curvedCW" : "curvedCCW", roundness: Math.abs(edge.bend) } } : {}),
    };
  }
  function restyle() {
    if (!network) return;
    palette = {};
    nodes.update(nodes.get().map((node) => (isEvent(node.id) ? styleEvent(kg.events[node.event], node) : styleActor(node))));
    edges.update(edges.get().map(styleEdge));
  }

  // ---- What is in the picture ----
  const actorNode = (actor) => styleActor({ id: actor.index, x: actor.at[0], y: actor.at[1], size: size(actor) });
  const size = (actor) => Math.round(8 + 5 * Math.log2(1 + actor.events.length));
  const spokes = (event, ends) => ends.map((who) => styleEdge({ id: `${event.index}:${who}`, from: eventNode(event), to: who, event: event.index, bend: 0, spoke: true }));
  const knotted = (event) => mode === "nodes" || event.who.length > 4 || event.who.length === 1;

  /** Add actors that the picture did not start with, and what joins them to those that are there. */
  function bring(actors) {
    const fresh = [...actors].filter((who) => !drawn.has(who) && kg.actors[who].at.length);
    if (!fresh.length) return;
    for (const who of fresh) drawn.add(who);
    nodes.add(fresh.map((who) => actorNode(kg.actors[who])));
    const events = new Set(fresh.flatMap((who) => kg.actors[who].events));
    for (const event of events) join(event);
  }
  function join(event) {
    const ends = event.who.filter((who) => drawn.has(who));
    if (knotted(event)) {
      if (!event.at.length || (mode === "edges" && ends.length < 2)) return;
      if (!nodes.get(eventNode(event))) nodes.add(styleEvent(event, {}));
      edges.update(spokes(event, ends));
      return;
    }
    for (let a = 0; a < ends.length; a++) for (let b = a + 1; b < ends.length; b++) {
      const id = `${event.index}:${ends[a]}:${ends[b]}`;
      if (!edges.get(id)) edges.add(styleEdge({ id, from: ends[a], to: ends[b], event: event.index, bend: 0.12 * ((event.index % 7) - 3) }));
    }
  }
  /** Encounters as edges, or as nodes of their own. */
  function draw(as) {
    if (as === mode || !network) return;
    mode = as;
    if (as === "nodes") {
      edges.clear();
      const events = kg.events.filter((event) => event.at.length && event.who.some((who) => drawn.has(who)));
      nodes.update(events.map((event) => styleEvent(event, {})));
      edges.add(events.flatMap((event) => spokes(event, event.who.filter((who) => drawn.has(who)))));
    } else {
      nodes.remove(nodes.getIds({ filter: (node) => isEvent(node.id) }));
      edges.clear();
      const read = { nodes: kg.read("kg-nodes"), edges: kg.read("kg-edges") };
      nodes.add(read.nodes.filter((node) => isEvent(node.id)).map((node) => styleEvent(kg.events[node.event], node)));
      edges.add(read.edges.map(styleEdge));
      for (const who of drawn) if (!kg.actors[who].core) kg.actors[who].events.forEach(join);
    }
    show(kg.view);
  }

  /** Hide what the filters leave out. */
  function show(view) {
    kg.byId("nothing").hidden = view.events.length > 0;
    if (!network) return;
    if (kg.state.lens) bring(kg.state.lens.actors);
    let changed = false;
    const hide = (drawn, hidden) => {
      if (drawn.options.hidden === hidden) return;
      drawn.options.hidden = hidden;
      changed = true;
    };
    nodes.forEach((node) => hide(network.body.nodes[node.id], isEvent(node.id) ? !view.visible[node.event] : !view.actors.has(node.id)));
    edges.forEach((edge) => hide(network.body.edges[edge.id], !view.visible[edge.event] || [edge.from, edge.to].some((end) => !isEvent(end) && !view.actors.has(end))));
    if (!changed) return;
    network.body.emitter.emit("_dataChanged"); // what an update of thousands of items ends with, without its cost for each
    network.body.emitter.emit("_requestRedraw");
  }
  const shownNodes = () => nodes.getIds().filter((id) => !network.body.nodes[id].options.hidden);

  // ---- Selection and movement ----
  function mark({ actor, event }) {
    if (!network) return;
    const { nodes: chosen, edges: chosenLines } = network.getSelection();
    if (chosen.length || chosenLines.length) network.unselectAll();
    if (actor) {
      bring([actor.index]);
      if (nodes.get(actor.index)) network.selectNodes([actor.index], true);
    } else if (event) {
      bring(event.who);
      join(event);
      const lines = edges.getIds({ filter: (edge) => edge.event === event.index });
      network.setSelection({ nodes: nodes.get(eventNode(event)) ? [eventNode(event)] : [], edges: lines }, { highlightEdges: false });
    }
    show(kg.view);
  }
  /** Bring an actor or event into view where it is not. */
  function reveal({ actor, event }) {
    if (!network) return;
    const ids = actor ? [actor.index] : event ? event.who.filter((who) => drawn.has(who)) : [];
    const here = ids.filter((id) => nodes.get(id));
    if (!here.length) return;
    const box = kg.byId("canvas").getBoundingClientRect();
    const inside = here.every((id) => {
      const { x, y } = network.canvasToDOM(network.getPosition(id));
      return x > 30 && y > 30 && x < box.width - 30 && y < box.height - 30;
    });
    if (!inside || network.getScale() < 0.35) network.fit({ nodes: here, maxZoomLevel: Math.max(0.9, Math.min(network.getScale(), 1.2)), animation: motion() });
  }
  const motion = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 350, easingFunction: "easeInOutQuad" });
  /** All that is shown, with its labels where there are few enough to measure. */
  function fit(animated = true) {
    if (!network) return;
    const shown = shownNodes();
    if (!shown.length) return;
    if (shown.length > 400) return network.fit({ nodes: shown, maxZoomLevel: 1.25, animation: animated ? motion() : false });
    const boxes = shown.map((id) => network.getBoundingBox(id));
    const [left, right] = [Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))];
    const [top, bottom] = [Math.min(...boxes.map((box) => box.top)), Math.max(...boxes.map((box) => box.bottom))];
    const stage = kg.byId("canvas").getBoundingClientRect();
    const scale = Math.min((stage.width - 48) / (right - left), (stage.height - 130) / (bottom - top), 1.25);
    network.moveTo({ position: { x: (left + right) / 2, y: (top + bottom) / 2 }, offset: { x: 0, y: 24 }, scale, animation: animated ? motion() : false });
  }
  function zoom(factor) { if (network) network.moveTo({ scale: network.getScale() * factor, animation: motion() }); }
  function physics(on) {
    if (!network) return;
    network.setOptions({ physics: on ? { enabled: true, solver: "forceAtlas2Based", stabilization: false } : { enabled: false } });
  }

  function keys(key) {
    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (directions[key.key]) { key.preventDefault(); step(...directions[key.key]); }
    else if (key.key === "Enter") { key.preventDefault(); kg.focusPanel(); }
    else if (key.key === "+" || key.key === "=") zoom(1.3);
    else if (key.key === "-") zoom(1 / 1.3);
    else if (key.key === "0") fit();
    else if (key.key === "Escape") kg.go({});
  }
  /** To the nearest actor in a direction; from nowhere, to the one with most events. */
  function step(dx, dy) {
    const shown = shownNodes().filter((id) => !isEvent(id));
    if (!shown.length) return;
    const now = network.getSelectedNodes().find((id) => !isEvent(id));
    if (now === undefined) {
      const first = shown.reduce((a, b) => (kg.actors[b].events.length > kg.actors[a].events.length ? b : a));
      return kg.go({ actor: kg.actors[first].id });
    }
    const places = network.getPositions(shown);
    const here = places[now] || network.getPosition(now);
    let best = null;
    let least = Infinity;
    for (const id of shown) {
      if (id === now) continue;
      const along = (places[id].x - here.x) * dx + (places[id].y - here.y) * dy;
      const aside = Math.abs((places[id].x - here.x) * dy) + Math.abs((places[id].y - here.y) * dx);
      if (along > 0 && along + 2 * aside < least) { least = along + 2 * aside; best = id; }
    }
    if (best !== null) { kg.go({ actor: kg.actors[best].id }); kg.say(kg.t("keyboard_at", { name: kg.actors[best].name, count: kg.actors[best].events.length })); }
  }

  function tip(at, ...children) {
    const box = kg.put(kg.byId("tip"), ...children);
    box.hidden = false;
    const stage = kg.byId("graph").getBoundingClientRect();
    box.style.left = `${Math.min(at.x + 16, stage.width - box.offsetWidth - 12)}px`;
    box.style.top = `${Math.min(at.y + 16, stage.height - box.offsetHeight - 12)}px`;
  }
  const tipActor = (actor, at) => tip(at, kg.h("strong", {}, actor.name), [kg.term(actor.kind), actor.country && kg.country(actor.country), ...actor.offices.slice(0, 2)].filter(Boolean).join(" · "));
  function tipEvent(event, at) {
    tip(at, kg.h("strong", {}, kg.sides(event)), `${kg.capital(kg.term(event.kind))} · ${kg.day(event.start, event.end)}${event.place ? ` · ${event.place}` : ""}`, kg.h("div", {}, kg.chip(event.status)));
    kg.evidence().then((evidence) => {
      const claim = (evidence.byEvent.get(event.index) || []).at(-1);
      if (!claim || kg.byId("tip").hidden) return;
      const sentence = evidence.sentences[claim.sentence];
      const source = kg.documents[sentence.document].source;
      kg.byId("tip").append(kg.h("div.quiet", {}, sentence.text.length > 180 ? `${sentence.text.slice(0, 179)}…` : sentence.text, source ? ` — ${source}` : ""));
    });
  }

  /** Tests and the curious can ask where things are. */
  const at = (id) => network.canvasToDOM(network.getPosition(id));
  const where = (eventIndex) => {
    const edge = edges.get({ filter: (line) => line.event === eventIndex && !network.body.edges[line.id].options.hidden })[0];
    return edge && { from: at(edge.from), to: at(edge.to), bend: edge.bend || 0 };
  };
  const count = () => ({ nodes: shownNodes().length, edges: edges.getIds().filter((id) => !network.body.edges[id].options.hidden).length });

  /** The picture is made when it is first looked at; then it only has to be drawn again. */
  const open = () => (network ? network.redraw() : start());

  return { open, restyle, show, mark, reveal, fit, zoom, physics, draw, at, where, count };
})();
