// The panel: an actor, an event or an article, and the sentences that stand behind it.
"use strict";

kg.panel = (function () {
  const EVENTS = 40;

  const open = (to, ...children) => kg.h("button.inline-link", { type: "button", onclick: () => kg.go(to) }, ...children);
  const heading = (text, side) => kg.h("h3", {}, text, side !== undefined ? kg.h("span", {}, side) : null);
  const title = (...text) => kg.h("h2", { tabindex: "-1" }, ...text);

  async function show({ actor, event, article, start }) {
    const panel = kg.byId("panel");
    panel.classList.toggle("rest", !(actor || event || article));
    const evidence = actor || event || article ? await kg.evidence() : null;
    if (kg.page.at.actor !== actor?.id || kg.page.at.event !== event?.id || kg.page.at.article !== article?.id) return;
    kg.put(panel, actor ? ofActor(actor, evidence) : event ? ofEvent(event, evidence) : article ? ofArticle(article, evidence, start) : overview());
    panel.scrollTop = 0;
    if (start !== undefined) panel.querySelector(`[data-start="${Number(start)}"]`)?.scrollIntoView({ block: "center" });
    performance.mark("kg-panel");
  }

  function bar(...what) {
    return kg.h("div.bar", {}, kg.h("span", {}, ...what), kg.h("button.icon", { type: "button", "aria-label": kg.t("close"), title: kg.t("close"), onclick: () => { kg.go({}); kg.byId("canvas").focus(); } }, "✕"));
  }

  // ---- At a glance ----
  function overview() {
    const { view } = kg;
    const seen = (actor) => actor.events.filter((event) => view.visible[event.index]).length;
    const busy = [...view.actors].map((who) => [kg.actors[who], seen(kg.actors[who])]).sort(([a, n], [b, m]) => m - n || a.index - b.index).slice(0, 6);
    const latest = (statuses) => view.events.filter((event) => statuses.includes(event.status)).sort((a, b) => kg.byDay(b, a) || 0).sort((a, b) => (a.from === null) - (b.from === null)).slice(0, 5);
    const changed = latest(["postponed", "cancelled", "denied"]);
    const coming = latest(["planned", "proposed"]);
    return [
      title(kg.t("overview")), kg.h("p.lead", {}, kg.t("overview_lead")),
      busy.length ? [heading(kg.t("most_met")), busy.map(([actor, count]) => actorEntry(actor, count))] : null,
      changed.length ? [heading(kg.t("changed")), changed.map((event) => eventEntry(event))] : null,
      coming.length ? [heading(kg.t("upcoming")), coming.map((event) => eventEntry(event))] : null,
    ];
  }
  function actorEntry(actor, count) {
    return kg.h("button.entry", { type: "button", onclick: () => kg.go({ actor: actor.id }) }, kg.shape(actor.kind),
      kg.h("span", {}, actor.country ? `${kg.flag(actor.country)} ` : "", actor.name), kg.h("span.when", {}, kg.number(count)));
  }
  function eventEntry(event, without) {
    const under = [kg.term(event.kind), event.place, kg.term(event.status)].filter(Boolean).join(" · ");
    return kg.h("button.entry", { type: "button", onclick: () => kg.go({ event: event.id }) }, kg.line(event.status),
      kg.h("span", {}, kg.sides(event, without)), kg.h("span.when", {}, event.start ? kg.day(event.start, event.end) : ""), kg.h("span.under", {}, under));
  }

  // ---- An actor ----
  function ofActor(actor, evidence) {
    const events = actor.events.filter((event) => kg.view.visible[event.index]).sort((a, b) => kg.byDay(b, a));
    events.sort((a, b) => (a.from === null) - (b.from === null));
    const said = evidence.bySpeaker.get(actor.index) || [];
    return [
      bar(kg.shape(actor.kind), kg.capital(kg.term(actor.kind)), actor.named ? null : `· ${kg.t("unnamed")}`),
      title(actor.name),
      actor.country || actor.offices.length ? kg.h("p.quiet", {}, [actor.country && `${kg.flag(actor.country)} ${kg.country(actor.country)}`, ...actor.offices].filter(Boolean).join(" · ")) : null,
      actor.names.length ? kg.h("p.small.quiet", {}, `${kg.t("also")}: ${actor.names.join(", ")}`) : null,
      actions(actor),
      heading(kg.t("with_whom"), events.length === actor.events.length ? kg.number(events.length) : `${kg.number(events.length)} / ${kg.number(actor.events.length)}`),
      events.length ? list(events, (event) => eventEntry(event, actor.index)) : kg.h("p.quiet", {}, actor.events.length ? kg.t("no_match") : kg.t("no_events")),
      said.length ? [heading(kg.t("statements"), kg.number(said.length)), list(said, (statement) => ofStatement(statement, evidence), 8)] : null,
    ];
  }
  function actions(actor) {
    const { lens } = kg.state;
    const around = lens?.type === "around" && lens.actor === actor.index;
    const input = kg.h("input", { type: "text", id: "path-find", role: "combobox", "aria-expanded": "false", "aria-controls": "path-found", "aria-autocomplete": "list", autocomplete: "off", "aria-label": kg.t("path_to"), placeholder: kg.t("path_to") });
    const found = kg.h("ul.found", { id: "path-found", role: "listbox", "aria-label": kg.t("found"), hidden: true });
    kg.combobox(input, found, (hit) => { kg.pathBetween(actor.index, hit.thing.index); kg.graph.fit(); }, "actor");
    return kg.h("div.acts", {},
      actor.events.length ? kg.h("button.button", { type: "button", id: "around", "aria-pressed": String(around), onclick: () => { around ? kg.change({ lens: null }) : kg.around(actor.index, 1); kg.graph.fit(); } }, kg.t("around")) : null,
      actor.events.length ? kg.h("div.find.path", {}, input, found) : null,
      kg.data.site ? kg.h("a.button", { href: kg.data.pages.actors[actor.index] }, kg.t("open_page")) : null);
  }
  /** A long list opens on request. */
  function list(things, draw, count = EVENTS) {
    const box = kg.h("div", {}, things.slice(0, count).map(draw));
    if (things.length > count) {
      const more = kg.h("button.button", { type: "button", onclick: () => more.replaceWith(...things.slice(count).map(draw)) }, kg.t("more", { count: kg.number(things.length - count) }));
      box.append(more);
    }
    return box;
  }

  // ---- An event ----
  function ofEvent(event, evidence) {
    const claims = evidence.byEvent.get(event.index) || [];
    const names = event.who.map((who, nth) => [nth ? " – " : "", open({ actor: kg.actors[who].id }, kg.actors[who].name), event.roles[nth] && event.roles[nth] !== "participant" ? kg.h("span.small.quiet", {}, ` (${kg.term(event.roles[nth])})`) : null]);
    const steps = event.moments.filter((moment, nth, all) => !nth || moment.status !== all[nth - 1].status || moment.start !== all[nth - 1].start);
    return [
      bar(kg.capital(kg.term(event.kind)), kg.chip(event.status)),
      title(names.length ? names : kg.capital(kg.term(event.kind))),
      kg.h("p.quiet", {}, event.inferred && event.start ? kg.h("span.inferred", { title: kg.t("inferred") }, kg.day(event.start, event.end)) : kg.day(event.start, event.end), event.place ? ` · ${event.place}` : ""),
      kg.data.site ? kg.h("div.acts", {}, kg.h("a.button", { href: kg.data.pages.events[event.index] }, kg.t("open_page"))) : null,
      steps.length > 1 ? [heading(kg.t("history")), kg.h("ol.steps", {}, steps.map((moment) => step(moment, event)))] : null,
      heading(kg.t("claims"), kg.number(claims.length)),
      claims.length ? claims.map((claim) => ofClaim(claim, evidence)) : kg.h("p.quiet", {}, kg.t("no_claims")),
    ];
  }
  function step({ said, status, start, end }, event) {
    const day = start ? kg.day(start, end) : "";
    const gone = start && event.start && start !== event.start;
    return kg.h("li", {}, kg.line(status), kg.h("span", {}, kg.capital(kg.term(status)), day ? [" · ", gone ? kg.h("del", {}, day) : day] : null, said ? kg.h("span.quiet.small", {}, ` — ${kg.t("said_on", { day: kg.day(said) })}`) : null));
  }

  // ---- Evidence ----
  function ofClaim(claim, evidence) {
    const sentence = evidence.sentences[claim.sentence];
    const marks = [[...claim.trigger, "trigger", -1, 0], ...claim.marks];
    return kg.h("article.claim", { "data-start": sentence.start }, kg.h("blockquote", {}, marked(sentence.text, marks)), chain(claim, evidence, sentence),
      kg.h("div.meta", {}, kg.chip(claim.status), when(claim.when), claim.topic ? kg.h("span", {}, `${kg.t("topic")}: ${claim.topic}`) : null,
        claim.renarrative ? kg.h("span", {}, kg.t("renarrative")) : null, kg.h("span", {}, `${kg.t("rule")} `, kg.h("code", {}, claim.rule))),
      links(sentence));
  }
  function ofStatement(statement, evidence) {
    const sentence = evidence.sentences[statement.sentence];
    return kg.h("article.claim", {}, kg.h("blockquote", {}, marked(sentence.text, [[...statement.trigger, "trigger", -1, 0]])),
      kg.h("ol.chain", {}, voices([statement]).map((voice) => kg.h("li", {}, voice)), publisher(sentence)),
      kg.h("div.meta", {}, kg.h("span", {}, kg.t(`stance_${statement.stance}`)), kg.h("span", {}, kg.t(`mode_${statement.mode}`))), links(sentence));
  }
  /** A sentence with its trigger and participants marked. Offsets are UTF-16 units, as JavaScript counts. */
  function marked(text, marks) {
    const inside = marks.filter((mark) => mark.length > 2).map(([from, to, role, actor]) => ({ from, to, role, actor }));
    const edges = [...new Set([0, text.length, ...inside.flatMap((mark) => [mark.from, mark.to])])].sort((a, b) => a - b);
    return edges.slice(1).map((to, nth) => {
      const from = edges[nth];
      const words = text.slice(from, to);
      const over = inside.filter((mark) => mark.from <= from && mark.to >= to).sort((a, b) => (a.role === "trigger" ? -1 : b.role === "trigger" ? 1 : a.to - a.from - (b.to - b.from)));
      if (!over.length) return words;
      const { role, actor } = over[0];
      if (role === "trigger") return kg.h("mark", { title: kg.term("trigger") }, words);
      if (role === "place") return kg.h("mark.where", { title: kg.term(role) }, words);
      return kg.h("mark.who", { title: `${kg.term(role)}${actor >= 0 ? `: ${kg.actors[actor].name}` : ""}`, onclick: () => actor >= 0 && kg.go({ actor: kg.actors[actor].id }) }, words);
    });
  }
  const voice = ([words, actor]) => (actor === undefined ? words : open({ actor: kg.actors[actor].id }, words));
  const voices = (statements) => statements.flatMap((statement) => [statement.speaker?.length ? voice(statement.speaker) : kg.t("unknown_speaker"), ...statement.media.map(voice)]);
  function publisher(sentence) {
    const document = kg.documents[sentence.document];
    return kg.h("li.last", {}, document.source || document.title || kg.t("untitled"), document.published ? kg.h("span.quiet.small", {}, kg.day(document.published)) : null);
  }
  function chain(claim, evidence, sentence) {
    const said = claim.said.map((nth) => evidence.statements[nth]);
    const people = said.length ? voices(said) : [kg.t("own_voice")];
    return kg.h("ol.chain", { "aria-label": kg.t("said") }, people.map((one) => kg.h("li", {}, one)), publisher(sentence));
  }
  /** "на 12 март" states XXXX-03-12, which is 12 March 2025, its year inferred. */
  function when(stated) {
    if (!stated?.length) return null;
    const [words, edtf, start, end, inferred] = stated;
    return kg.h("span", {}, `„${words}“ `, edtf ? kg.h("code", {}, edtf) : null, " → ", start ? (inferred ? kg.h("span.inferred", { title: kg.t("inferred") }, `${kg.day(start, end)} (${kg.t("inferred_short")})`) : kg.day(start, end)) : kg.t("not_resolved"));
  }
  function links(sentence) {
    const document = kg.documents[sentence.document];
    return kg.h("div.meta", {}, kg.data.site
      ? kg.h("a", { href: `${kg.data.pages.documents[document.index]}#c${sentence.start}` }, `${kg.t("article")}, ${kg.t("offset", { start: sentence.start })}`)
      : open({ article: document.id, at: sentence.start }, `${kg.t("article")}, ${kg.t("offset", { start: sentence.start })}`),
    document.url && kg.safe(document.url) ? kg.h("a", { href: document.url, rel: "noopener noreferrer", target: "_blank" }, kg.t("open_original")) : null);
  }

  // ---- An article ----
  function ofArticle(document, evidence, start) {
    const claims = [...(evidence.claimsIn.get(document.index) || [])].sort((a, b) => evidence.sentences[a.sentence].start - evidence.sentences[b.sentence].start);
    return [
      bar(kg.t("article")), title(document.title || kg.t("untitled")),
      kg.h("p.quiet", {}, [document.source, document.published ? kg.day(document.published) : kg.t("undated_article")].filter(Boolean).join(" · ")),
      kg.h("div.acts", {},
        kg.data.site ? kg.h("a.button", { href: kg.data.pages.documents[document.index] }, kg.t("open_article")) : null,
        document.url && kg.safe(document.url) ? kg.h("a.button", { href: document.url, rel: "noopener noreferrer", target: "_blank" }, kg.t("open_original")) : null),
      heading(kg.t("article_excerpts"), kg.number(claims.length)),
      claims.map((claim) => [kg.h("div", { "data-start": evidence.sentences[claim.sentence].start }, eventEntry(kg.events[claim.event])), ofClaim(claim, evidence)]),
    ];
  }

  return { show };
})();
