"use strict";
// Shows what the page carries. Text only ever becomes text: no markup is made of strings.
(() => {
  const data = JSON.parse(document.getElementById("report").textContent);
  const { rules, paths, findings } = data;
  const SEVERITIES = ["error", "warning", "note"];
  const CONFIDENCES = ["high", "medium", "low"];
  const ROW = 58;
  const $ = (id) => document.getElementById(id);
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key === "class") element.className = value;
      else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  const number = (value) => value.toLocaleString("en");
  const plural = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;
  const folderOf = (path) => path.slice(0, path.lastIndexOf("/") + 1);
  const fileOf = (path) => path.slice(path.lastIndexOf("/") + 1);
  const place = (finding) => `${paths[finding.path]}:${finding.line}:${finding.column}`;

  for (const finding of findings) {
    const rule = rules[finding.rule];
    finding.text = [paths[finding.path], rule.id, rule.title, finding.message, finding.key, finding.history?.author, finding.history?.commit, finding.fingerprint]
      .filter(Boolean).join("\n").toLowerCase();
    finding.month = finding.history?.date.slice(0, 7) ?? null;
  }

  // What is asked for, and what it leaves.
  const wish = { severities: new Set(SEVERITIES.keys()), words: [], rule: "", folder: "", author: "", state: "open", order: "weight", month: null };
  let shown = [];
  let chosen = -1;

  const states = {
    open: ["Open", (finding) => !finding.quiet],
    present: ["Open and still there", (finding) => !finding.quiet && finding.history?.present !== false],
    removed: ["Open, removed since", (finding) => !finding.quiet && finding.history?.present === false],
    quiet: ["Suppressed", (finding) => Boolean(finding.quiet)],
    all: ["All", () => true],
  };
  const orders = {
    weight: (a, b) => a.severity - b.severity || a.confidence - b.confidence,
    path: (a, b) => a.path - b.path || a.line - b.line,
    date: (a, b) => (b.history?.date ?? "").localeCompare(a.history?.date ?? ""),
  };

  const matches = (finding) =>
    states[wish.state][1](finding) &&
    wish.severities.has(finding.severity) &&
    (wish.rule === "" || finding.rule === Number(wish.rule)) &&
    (wish.folder === "" || paths[finding.path].startsWith(wish.folder)) &&
    (wish.author === "" || finding.history?.author === wish.author) &&
    (wish.month === null || finding.month === wish.month) &&
    wish.words.every((word) => finding.text.includes(word));

  function refresh() {
    const current = shown[chosen];
    shown = findings.filter(matches).sort(orders[wish.order]);
    $("count").textContent = shown.length === findings.length
      ? plural(shown.length, "finding", "findings")
      : `${number(shown.length)} of ${plural(findings.length, "finding", "findings")}`;
    const isPlain = wish.words.length === 0 && !wish.rule && !wish.folder && !wish.author && !wish.month && wish.state === "open" && wish.severities.size === 3;
    $("reset").hidden = isPlain;
    $("rows").style.height = `${shown.length * ROW}px`;
    drawn.clear();
    $("rows").replaceChildren();
    const kept = shown.indexOf(current);
    choose(kept >= 0 ? kept : shown.length ? 0 : -1, kept >= 0);
    draw();
  }

  // The list: only the rows in sight are in the page.
  const drawn = new Map();
  function draw() {
    const list = $("list");
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 8);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 8);
    for (const [index, element] of drawn) {
      if (index < first || index >= last) { element.remove(); drawn.delete(index); }
    }
    for (let index = first; index < last; index++) {
      if (!drawn.has(index)) {
        const element = row(shown[index], index);
        drawn.set(index, element);
        $("rows").append(element);
      }
    }
    mark();
  }

  function row(finding, index) {
    const rule = rules[finding.rule];
    const severity = SEVERITIES[finding.severity];
    const path = paths[finding.path];
    const element = make("div", {
      class: `row ${severity}${finding.quiet ? " quiet" : ""}`, role: "option", id: `row-${index}`,
      "aria-setsize": shown.length, "aria-posinset": index + 1, "aria-selected": "false",
      "aria-label": `${severity}: ${rule.title}, ${path}, line ${finding.line}`,
      title: place(finding), onclick: () => choose(index),
    },
      make("span", { class: "dot" }),
      make("span", { class: "name" }, rule.title),
      make("span", { class: "place" }, make("span", { class: "folder" }, folderOf(path)), make("span", { class: "file" }, `${fileOf(path)}:${finding.line}`)));
    element.style.top = `${index * ROW}px`;
    return element;
  }

  function mark() {
    for (const [index, element] of drawn) element.setAttribute("aria-selected", index === chosen ? "true" : "false");
    if (drawn.has(chosen)) $("list").setAttribute("aria-activedescendant", `row-${chosen}`);
    else $("list").removeAttribute("aria-activedescendant");
  }

  function choose(index, quietly = false) {
    chosen = index;
    const list = $("list");
    if (index >= 0 && !quietly) {
      const top = index * ROW;
      if (top < list.scrollTop) list.scrollTop = top;
      else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
      draw();
    }
    mark();
    if (!quietly || index < 0) tell(shown[index]);
  }

  // One finding.
  function frame(excerpt, severity, caption) {
    const lines = make("div", { class: "lines", tabindex: "0", role: "group", "aria-label": "Code" });
    let line = excerpt.first;
    let current = null;
    const open = () => {
      current = make("span", {});
      lines.append(make("div", { class: "code" }, make("span", { class: "number", "aria-hidden": "true" }, String(line)), current));
    };
    open();
    for (const [text, isHere] of [[excerpt.before, false], [excerpt.here, true], [excerpt.after, false]]) {
      text.split("\n").forEach((part, index) => {
        if (index > 0) { line += 1; open(); }
        if (isHere) current.parentElement.classList.add("here");
        current.append(isHere ? make("mark", {}, part || " ") : part);
      });
    }
    return make("figure", { class: `frame ${severity}` }, make("figcaption", {}, caption), lines);
  }

  const block = (title, ...items) => make("section", { class: "block" }, make("h3", {}, title), make("ul", {}, ...items.map((item) => make("li", {}, item))));
  const paragraph = (title, text) => make("section", {}, make("h3", {}, title), make("p", {}, ...prose(text)));
  // What stands between backticks is code; every second part does.
  const prose = (text) => {
    const parts = text.split("`");
    return parts.length % 2 ? parts.map((part, index) => (index % 2 ? make("code", {}, part) : part)) : [text];
  };
  const isLink = (address) => /^https:\/\/[^\s"'<>]+$/.test(address);
  const link = (address) => isLink(address) ? make("a", { href: address, rel: "noreferrer noopener", target: "_blank" }, address) : address;

  function copy(text) {
    return make("button", { class: "copy", type: "button", onclick: (event) => {
      navigator.clipboard?.writeText(text).then(() => { event.target.textContent = "copied"; }, () => {});
    } }, "copy");
  }

  function tell(finding) {
    const detail = $("detail");
    detail.scrollTop = 0;
    if (!finding) {
      detail.replaceChildren(make("p", { class: "empty" }, findings.length === 0 ? "Nothing was found." : "No finding matches these filters."));
      return;
    }
    const rule = rules[finding.rule];
    const severity = SEVERITIES[finding.severity];
    const parts = [
      make("h2", {}, ...prose(finding.message)),
      make("p", { class: "facts" },
        make("span", { class: `word ${severity}` }, severity),
        make("span", {}, `${CONFIDENCES[finding.confidence]} confidence`),
        make("code", {}, rule.id),
        finding.key ? make("code", {}, finding.key) : null),
      frame(finding.excerpt, severity, place(finding)),
    ];
    if (finding.quiet) parts.push(block(`Suppressed by ${finding.quiet.kind}`, finding.quiet.reason || "No reason is given."));
    if (finding.history) parts.push(block("In the history", ...history(finding.history)));
    parts.push(make("div", { class: "prose" }, paragraph("Why it matters", rule.why), paragraph("What to do", rule.help)));
    for (const related of finding.related ?? []) parts.push(frame(related.excerpt, severity, `${related.label} · ${paths[related.path]}:${related.line}`));
    if (finding.also) parts.push(block("Found by as well", ...finding.also.map((index) => make("span", {}, make("code", {}, rules[index].id), ` ${rules[index].title}`))));
    const silence = `# ${data.mark}[${rule.id}] the reason`;
    parts.push(block("Where it is right as it stands", make("span", {}, make("code", { class: "silence" }, silence), copy(silence))));
    parts.push(block("Fingerprint", make("span", {}, make("code", {}, finding.fingerprint), copy(finding.fingerprint))));
    if (rule.references.length) parts.push(block("Read more", ...rule.references.map(link)));
    detail.replaceChildren(...parts);
    if (location.hash !== `#${finding.fingerprint}`) history_.replaceState(null, "", `#${finding.fingerprint}`);
  }
  const history_ = { replaceState: (...all) => { try { window.history.replaceState(...all); } catch { /* not on every file: page */ } } };

  function history(history) {
    const fate = history.present ? "Still there." : "Removed since, but whoever has a clone has it.";
    const items = [
      make("span", {}, "First in ", make("code", {}, history.commit.slice(0, 12)), copy(history.commit), ` by ${history.author}`),
      make("span", {}, make("time", { datetime: history.date }, history.date.replace("T", " "))),
      fate,
    ];
    for (const path of history.paths) items.push(make("span", { class: "path" }, path));
    if (history.more) items.push(`and ${plural(history.more, "more path", "more paths")}`);
    return items;
  }

  // Filters.
  function counted(of) {
    const counts = new Map();
    for (const finding of findings) for (const key of of(finding)) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  }
  function options(select, everything, pairs) {
    select.replaceChildren(make("option", { value: "" }, everything), ...pairs.map(([value, text]) => make("option", { value }, text)));
  }
  function folders(finding) {
    const parts = paths[finding.path].split("/").slice(0, -1).slice(0, 3);
    return parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/`);
  }
  function changes(id, key) {
    $(id).addEventListener("change", () => { wish[key] = $(id).value; refresh(); });
  }

  const bySeverity = counted((finding) => finding.quiet ? [] : [finding.severity]);
  SEVERITIES.forEach((name, index) => {
    $("severities").append(make("button", { type: "button", class: name, "aria-pressed": "true", onclick: (event) => {
      const isOn = wish.severities.delete(index) ? false : Boolean(wish.severities.add(index));
      event.currentTarget.setAttribute("aria-pressed", String(isOn));
      refresh();
    } }, make("span", { class: "dot" }), `${name} `, make("b", {}, number(bySeverity.get(index) ?? 0))));
  });
  const byRule = counted((finding) => [finding.rule]);
  options($("rule"), "Every rule", [...byRule].sort((a, b) => b[1] - a[1]).map(([index, count]) => [index, `${rules[index].id} (${count})`]));
  const byFolder = counted(folders);
  options($("folder"), "Every folder", [...byFolder].sort((a, b) => (a[0] < b[0] ? -1 : 1)).slice(0, 2000).map(([folder, count]) => [folder, `${folder} (${count})`]));
  const byAuthor = counted((finding) => finding.history ? [finding.history.author] : []);
  options($("author"), "Every author", [...byAuthor].sort((a, b) => b[1] - a[1]).map(([author, count]) => [author, `${author} (${count})`]));
  $("author-label").hidden = byAuthor.size === 0;
  const hasHistory = byAuthor.size > 0;
  const offered = Object.entries(states).filter(([name]) => hasHistory || (name !== "present" && name !== "removed"));
  $("state").replaceChildren(...offered.map(([value, [text]]) => make("option", { value }, text)));
  if (!hasHistory) $("order").querySelector('[value="date"]').remove();
  for (const [id, key] of [["rule", "rule"], ["folder", "folder"], ["author", "author"], ["state", "state"], ["order", "order"]]) changes(id, key);
  $("search").addEventListener("input", () => { wish.words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean); refresh(); });
  $("reset").addEventListener("click", () => {
    Object.assign(wish, { severities: new Set(SEVERITIES.keys()), words: [], rule: "", folder: "", author: "", state: "open", month: null });
    $("search").value = "";
    for (const id of ["rule", "folder", "author"]) $(id).value = "";
    $("state").value = "open";
    for (const button of document.querySelectorAll(".chips button")) button.setAttribute("aria-pressed", "true");
    for (const button of document.querySelectorAll(".bars button")) button.setAttribute("aria-pressed", "false");
    refresh();
    $("search").focus();
  });
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());

  // The timeline: one bar a month, dark for what is still there.
  if (hasHistory) {
    const months = new Map();
    for (const finding of findings.filter((finding) => finding.month && !finding.quiet)) {
      const month = months.get(finding.month) ?? { there: 0, gone: 0 };
      month[finding.history.present ? "there" : "gone"] += 1;
      months.set(finding.month, month);
    }
    const names = [...months.keys()].sort();
    const span = names.length ? between(names[0], names[names.length - 1]) : [];
    const most = Math.max(1, ...[...months.values()].map((month) => month.there + month.gone));
    const bars = make("div", { class: "bars", role: "group", "aria-label": "Months" });
    for (const name of span) {
      const { there, gone } = months.get(name) ?? { there: 0, gone: 0 };
      const bar = (kind, count) => { const part = make("span", { class: kind }); part.style.height = `${(count / most) * 100}%`; return part; };
      const text = `${name}: ${plural(there + gone, "finding", "findings")}, ${number(there)} still there`;
      bars.append(make("button", { type: "button", title: text, "aria-label": text, "aria-pressed": "false", disabled: there + gone === 0, onclick: (event) => {
        const isOn = event.currentTarget.getAttribute("aria-pressed") !== "true";
        for (const other of bars.children) other.setAttribute("aria-pressed", "false");
        event.currentTarget.setAttribute("aria-pressed", String(isOn));
        wish.month = isOn ? name : null;
        refresh();
      } }, bar("gone", gone), bar("there", there)));
    }
    if (span.length) {
      $("timeline").append(make("h2", {}, "When it came in: dark is still there, light was removed"), bars,
        make("div", { class: "scale", "aria-hidden": "true" }, make("span", {}, span[0]), make("span", {}, span[span.length - 1])));
      $("timeline").hidden = false;
    }
  }

  /// Every month from one to the other; only those with findings where that would be too many to see.
  function between(first, last) {
    const parse = (month) => { const [year, index] = month.split("-").map(Number); return year * 12 + index - 1; };
    const [from, to] = [parse(first), parse(last)];
    if (!Number.isFinite(from) || !Number.isFinite(to) || to - from > 360) {
      return [...new Set(findings.map((finding) => finding.month).filter(Boolean))].sort().slice(-360);
    }
    return Array.from({ length: to - from + 1 }, (_, index) => {
      const month = from + index;
      return `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;
    });
  }

  // The way of secrets: stores, what fetches, Secrets, who reads. A broken way is dashed and says why.
  const flows = JSON.parse(document.getElementById("flows").textContent);
  const seen = (text) => text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, "\ufffd");
  const svg = (name, attributes, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  function network(unit) {
    const nodes = new Map();
    const edges = [];
    const node = (column, name, place) => {
      const key = `${column} ${name}`;
      if (!nodes.has(key)) nodes.set(key, { column, name: seen(name), place, broken: false });
      return nodes.get(key);
    };
    for (const secret of unit.secrets) {
      const own = node(2, `${secret.namespace ? `${secret.namespace}/` : ""}${secret.name}`, null);
      if (secret.fault) own.broken = true;
      for (const maker of secret.makers) {
        const made = node(1, maker.object, maker);
        edges.push([made, own, secret.fault]);
        for (const store of maker.stores) edges.push([node(0, store.object, null), made, store.fault]);
      }
      for (const reader of secret.readers) edges.push([own, node(3, reader.object, reader), reader.fault ?? secret.fault]);
    }
    return [[...nodes.values()], edges];
  }
  function picture(unit) {
    const [nodes, edges] = network(unit);
    const [width, height, step, gap] = [240, 30, 42, 72];
    const rows = [0, 0, 0, 0];
    for (const node of nodes) { node.x = node.column * (width + gap); node.y = 24 + rows[node.column]++ * step; }
    const tall = 24 + Math.max(1, ...rows) * step;
    const image = svg("svg", { viewBox: `0 0 ${4 * width + 3 * gap} ${tall}`, width: 4 * width + 3 * gap, height: tall, role: "group", "aria-label": `The way of secrets in ${seen(unit.name) || "the root"}` });
    ["Store", "Fetched by", "Secret", "Read by"].forEach((title, column) => image.append(svg("text", { x: column * (width + gap), y: 12, class: "column" }, title)));
    for (const [from, to, fault] of edges) {
      const [x1, y1, x2, y2] = [from.x + width, from.y + height / 2, to.x, to.y + height / 2];
      const path = svg("path", { d: `M${x1} ${y1}C${x1 + gap / 2} ${y1} ${x2 - gap / 2} ${y2} ${x2} ${y2}`, class: fault ? "edge broken" : "edge" });
      if (fault) path.append(svg("title", {}, seen(fault)));
      image.append(path);
    }
    for (const node of nodes) {
      const faults = edges.filter(([from, to, fault]) => fault && (from === node || to === node)).map(([, , fault]) => seen(fault));
      const place = node.place ? `${seen(node.place.path)}:${node.place.line}` : "";
      const text = [node.name, place, ...new Set(faults)].filter(Boolean).join(", ");
      const short = node.name.length > 28 ? `${node.name.slice(0, 27)}…` : node.name;
      const find = () => { $("search").value = node.place ? seen(node.place.path) : node.name.split(/[ /]/).pop(); $("search").dispatchEvent(new Event("input")); };
      const box = svg("g", { class: faults.length || node.broken ? "node broken" : "node", tabindex: "0", role: "button", "aria-label": text },
        svg("title", {}, text), svg("rect", { x: node.x + 0.5, y: node.y + 0.5, width: width - 1, height, rx: node.column === 2 ? 15 : 6 }), svg("text", { x: node.x + 12, y: node.y + 20 }, short));
      box.addEventListener("click", find);
      box.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); find(); } });
      image.append(box);
    }
    return image;
  }
  if (flows?.units.length) {
    const units = [...flows.units].sort((a, b) => b.secrets.filter((secret) => secret.broken).length - a.secrets.filter((secret) => secret.broken).length);
    const frame = make("div", { class: "canvas", tabindex: "0", role: "group", "aria-label": "Picture" });
    const select = make("select", { "aria-label": "Deployment", onchange: () => frame.replaceChildren(picture(units[Number(select.value)])) },
      ...units.map((unit, index) => { const broken = unit.secrets.filter((secret) => secret.broken).length; return make("option", { value: index }, `${seen(unit.name) || "."} (${unit.kind}, ${plural(unit.secrets.length, "Secret", "Secrets")}${broken ? `, ${broken} broken` : ""})`); }));
    const draw = make("details", {}, make("summary", {}, `The way of secrets, in ${plural(units.length, "deployment", "deployments")}`), select, frame);
    draw.addEventListener("toggle", () => { if (draw.open && !frame.hasChildNodes()) frame.append(picture(units[0])); });
    $("flow").append(draw);
    $("flow").hidden = false;
  }

  // What was not looked at.
  if (data.notes.length) {
    const notes = $("notes");
    notes.querySelector("summary").textContent = plural(data.notes.length, "note on the scan", "notes on the scan");
    notes.querySelector("ul").append(...data.notes.slice(0, 1000).map((note) => make("li", {},
      make("span", { class: "quietly" }, `${note.reason} `), note.path ? make("code", {}, note.path) : null, note.path ? " " : null, note.message)));
    notes.hidden = false;
  }
  if (!data.complete) {
    $("banner").textContent = "The scan is incomplete: something in scope was not looked at. The notes at the end say what.";
    $("banner").hidden = false;
  }

  // Keys and colours.
  $("list").addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  window.addEventListener("resize", draw);
  $("list").addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor($("list").clientHeight / ROW) - 1);
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, j: chosen + 1, k: chosen - 1, Home: 0, End: shown.length - 1, PageDown: chosen + page, PageUp: chosen - page }[event.key];
    if (to !== undefined && shown.length) {
      event.preventDefault();
      choose(Math.min(shown.length - 1, Math.max(0, to)));
    } else if (event.key === "Enter") $("detail").focus();
  });
  $("detail").addEventListener("keydown", (event) => { if (event.key === "Escape") $("list").focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "")) {
      event.preventDefault();
      $("search").focus();
    }
  });
  $("search").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); $("list").focus(); }
  });
  $("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
  });

  const wanted = findings.find((finding) => `#${finding.fingerprint}` === location.hash);
  if (wanted?.quiet) { wish.state = "all"; $("state").value = "all"; }
  refresh();
  if (wanted) choose(shown.indexOf(wanted));
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
})();
