// The page at work: draws figures when they come into sight, chooses what is shown, opens a session by its address.
// Nothing is added up here: rows are left out by comparing texts, and sums are Vega's.
(() => {
  "use strict";
  const root = document.documentElement;
  const $ = (id) => document.getElementById(id);
  let data = {};
  const drawn = new Map(); // element -> what takes its figure away
  const state = { key: "", from: "", to: "9", monday: "", place: "", suggested: true };

  // colours are CSS variables, so that one figure serves light, dark and print
  function painted(value) {
    if (Array.isArray(value)) return value.map(painted);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, painted(one)]));
    }
    if (typeof value !== "string" || !value.startsWith("role:")) return value;
    const name = value.slice(5);
    return name.startsWith("hatch-") ? `url(#${name})` : `var(--${name})`;
  }

  function merged(under, over) {
    const isObject = (one) => one && typeof one === "object" && !Array.isArray(one);
    const names = new Set([...Object.keys(under), ...Object.keys(over)]);
    return Object.fromEntries([...names].map((name) => {
      if (!(name in over)) return [name, under[name]];
      return [name, isObject(under[name]) && isObject(over[name]) ? merged(under[name], over[name]) : over[name]];
    }));
  }

  function vega(element, spec, options = {}) {
    const dressed = options.mode === "vega" ? spec : { ...spec, config: merged(data.config || {}, spec.config || {}) };
    // what a figure says stands beside it in words, so that its shapes are nothing to listen to
    const place = document.createElement("div");
    place.setAttribute("aria-hidden", "true");
    element.append(place);
    return window.vegaEmbed(place, painted(dressed), {
      renderer: "svg",
      actions: false,
      ast: true,
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true, offsetX: 14, offsetY: 14 },
      ...options,
    });
  }

  // whether a day, or the month or year named by its first letters, lies in the period; a week does if any of its days does
  const isDayIn = (at) => at >= state.from.slice(0, at.length) && at <= state.to.slice(0, at.length);
  const isWeekIn = (monday) => monday >= state.monday && monday <= state.to;
  const scopeOf = (item) => item.dataset.scope.split(" ");

  // figures

  function rowsOf(kept, element) {
    const scope = scopeOf(element.closest("[data-scope]"));
    const isIn = scope.includes("week") ? isWeekIn : isDayIn;
    const hasDays = scope.includes("week") || scope.includes("day");
    if (state.place && kept.sums) {
      const from = data.rows[state.key];
      const rows = from.x.map((x, i) => ({ x, y0: from.y0[i], y1: from.y1[i], moving_s: from.moving_s[i], place: from.place[i] }));
      // periods without a session there are zeros of nothing: a gap in a line
      const none = kept.spec.data.values.map((row) => ({ x: row.x, y0: 0, y1: 0, moving_s: 0, place: state.place }));
      return rows.concat(none).filter((row) => row.place === state.place && isIn(row.x));
    }
    const rows = kept.spec.data.values;
    return hasDays ? rows.filter((row) => isIn(row.x)) : rows;
  }

  // without the series of suggestions: their rows have no value, and the legend does not name them
  function withoutSuggested(spec, weak) {
    const titles = weak.map((one) => one.title);
    const strip = (value) => {
      if (Array.isArray(value)) return value.map(strip);
      if (!value || typeof value !== "object") return value;
      const copy = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, strip(one)]));
      if (copy.domain && copy.range && copy.domain.some && copy.domain.some((one) => titles.includes(one))) {
        const keep = copy.domain.map((one) => !titles.includes(one));
        copy.domain = copy.domain.filter((_, i) => keep[i]);
        copy.range = copy.range.filter((_, i) => keep[i]);
      }
      if (Array.isArray(copy.tooltip)) copy.tooltip = copy.tooltip.filter((one) => !titles.includes(one.title));
      if (copy.fold) copy.fold = copy.fold.filter((one) => !weak.some((series) => series.key === one));
      return copy;
    };
    return strip(spec);
  }

  // whether a figure of these rows would show anything
  function hasValues(kept, rows) {
    const weak = state.suggested ? [] : (kept.weak || []).map((one) => one.key);
    const isShown = ([name, value]) => /^y\d+$/.test(name) && !weak.includes(name) && value !== null;
    return rows.some((row) => Object.entries(row).some(isShown));
  }

  function specOf(kept, rows) {
    let { data: source, ...spec } = kept.spec;
    if (!state.suggested && kept.weak) {
      spec = withoutSuggested(spec, kept.weak);
      rows = rows.map((row) => ({ ...row, ...Object.fromEntries(kept.weak.map((one) => [one.key, null])) }));
    }
    if (state.place && kept.sums) spec = { ...spec, transform: [...kept.sums, ...(spec.transform || [])] };
    return { ...spec, data: { ...source, values: rows } };
  }

  async function draw(element) {
    const kept = data.figures[element.dataset.figure];
    if (!kept || drawn.has(element)) return;
    const mine = [];
    drawn.set(element, mine);
    const rows = rowsOf(kept, element);
    const charts = [];
    element.replaceChildren();
    if (!hasValues(kept, rows)) {
      const words = document.createElement("p");
      words.className = "nothing";
      words.textContent = "nothing in what you chose";
      element.append(words);
    } else if (kept.spec.usermeta && kept.spec.usermeta.split === "year") {
      const years = [...new Set(rows.map((row) => row.x.slice(0, 4)))].sort().reverse().slice(0, 6);
      for (const year of years) charts.push([year, rows.filter((row) => row.x.startsWith(year))]);
    } else {
      charts.push(["", rows]);
    }
    for (const [title, some] of charts) {
      if (title && charts.length > 1) {
        const heading = document.createElement("h3");
        heading.textContent = title;
        element.append(heading);
      }
      const result = await vega(element, specOf(kept, some));
      if (drawn.get(element) !== mine) { // another choice came in between
        result.finalize();
        return;
      }
      mine.push(result);
    }
    element.dataset.drawn = "true";
    element.style.minHeight = "";
  }

  function forget(element) {
    element.style.minHeight = `${element.offsetHeight}px`;
    for (const result of drawn.get(element) || []) result.finalize();
    drawn.delete(element);
    delete element.dataset.drawn;
  }

  const isSeen = (element) => element.offsetParent !== null;
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
  }, { rootMargin: "400px" });

  // what is not in sight is drawn when there is time, so that it is there for printing
  const idle = (work) => (window.requestIdleCallback ? requestIdleCallback(work, { timeout: 500 }) : setTimeout(work, 200));
  function drawRest() {
    const next = () => {
      const element = [...document.querySelectorAll("[data-figure]")].find((one) => !drawn.has(one) && isSeen(one));
      if (element) draw(element).finally(() => idle(next));
    };
    idle(next);
  }

  function redraw() {
    for (const element of document.querySelectorAll("[data-figure]")) {
      forget(element);
      watcher.unobserve(element);
      watcher.observe(element);
    }
    drawRest();
  }

  // controls

  function choose() {
    const value = (id) => ($(id) ? $(id).value : "");
    [state.from, state.to, state.monday] = value("period").split("/");
    state.place = value("place");
    state.suggested = !$("suggested") || $("suggested").checked;
    const groups = [...document.querySelectorAll(".athlete")];
    const group = groups.find((one) => !$("athlete") || one.dataset.athlete === value("athlete")) || groups[0];
    for (const one of groups) one.hidden = one !== group;
    state.key = group.dataset.key;
    root.classList.toggle("without-suggested", !state.suggested);
    const isAll = state.from === "0000-00-00";
    for (const row of document.querySelectorAll("#report tr:is([data-day], [data-week], [data-place])")) {
      const { day, week, place } = row.dataset;
      const isOut = (day && !isDayIn(day)) || (week && !isWeekIn(week));
      row.hidden = Boolean(isOut || (state.place && place && place !== state.place));
    }
    document.querySelectorAll("#report .count").forEach(count);
    // what cannot follow a choice says what it holds instead
    for (const item of document.querySelectorAll("#report .item")) {
      const scope = scopeOf(item);
      const not = [];
      if (!isAll && !scope.includes("day") && !scope.includes("week")) not.push("all of the time");
      if (state.place && !scope.includes("place")) not.push("all places");
      tell(item, not.length ? `${item.dataset.holds || "Holds"} ${not.join(" and ")}, not only what you chose` : "");
    }
  }

  // how many rows of a table are left by the choice
  function count(place) {
    const rows = [...place.closest("details").querySelectorAll("tbody tr")];
    const left = rows.filter((row) => !row.hidden && (state.suggested || !row.classList.contains("sug"))).length;
    const all = Number(place.dataset.rows);
    const some = (n) => `${n.toLocaleString("en")} ${n === 1 ? "row" : "rows"}`;
    const whole = rows.length < all ? `the first ${some(rows.length)}` : some(all);
    place.textContent = left === rows.length ? `(${some(all)})` : `(${left.toLocaleString("en")} of ${whole})`;
  }

  function tell(item, words) {
    let place = item.querySelector(":scope > .scope");
    if (!place && words) {
      place = document.createElement("p");
      place.className = "scope";
      const first = item.firstElementChild;
      if (["FIGCAPTION", "SUMMARY"].includes(first.tagName)) first.after(place);
      else item.prepend(place);
    }
    if (place) {
      place.textContent = words;
      place.hidden = !words;
    }
  }

  let lastTotal = 0;
  async function total() {
    const mine = lastTotal += 1;
    $("shown").setAttribute("aria-busy", "true");
    const from = data.rows[state.key];
    const rows = from.day
      .map((day, i) => ({ day, place: from.place[i], y0: from.y0[i], y1: from.y1[i], moving_s: from.moving_s[i] }))
      .filter((row) => row.day >= state.from && row.day <= state.to && (!state.place || row.place === state.place));
    const spec = structuredClone(data.totals);
    spec.data[0].values = rows;
    const result = await vega(document.createElement("div"), spec, { mode: "vega" });
    const [sums] = result.view.data("totals");
    result.finalize();
    if (mine !== lastTotal) return;
    const n = rows.length;
    const more = state.suggested ? `, ${sums ? sums.said_y1 : "0:00"} suggested` : "";
    // a year begins and ends within a week
    const weeks = state.to.startsWith("9999") ? "" : " Weeks are shown whole, also those that lie in two years.";
    $("shown").textContent = n
      ? `Shown: ${n} ${n === 1 ? "session" : "sessions"}, ${sums.said_y0} backward accepted${more}, of ${sums.said_moving_s} moving.${weeks}`
      : "Shown: no session. Choose a longer period or another place.";
    $("shown").setAttribute("aria-busy", "false");
  }

  function chosen() {
    choose();
    total();
    redraw();
  }

  function theme(name) {
    if (name === "auto") delete root.dataset.theme;
    else root.dataset.theme = name;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === name));
    }
    try { localStorage.setItem("retro-theme", name); } catch { /* a file may have no storage */ }
  }

  // addresses: #session-7 shows that session alone

  function show(section) {
    if (section.dataset.drawn || !window.retro.drawSession) return;
    section.dataset.drawn = "true";
    window.retro.drawSession(section, data.sessions[section.id.slice(8)], data.templates);
  }

  function route(isFirst) {
    if (!$("report")) {
      document.querySelectorAll(".session").forEach(show);
      return;
    }
    const name = decodeURIComponent(location.hash.slice(1));
    const section = name.startsWith("session-") ? $(name) : null;
    if (section) {
      show(section);
      scrollTo(0, 0);
      const heading = section.querySelector("h2");
      if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
      return;
    }
    const target = name && $(name);
    const group = target && target.closest(".athlete");
    if (group && group.hidden && $("athlete")) {
      $("athlete").value = group.dataset.athlete;
      chosen();
    }
    if (target && !isFirst) target.scrollIntoView();
    drawRest();
  }

  function start() {
    data = JSON.parse($("data").textContent);
    try { theme(localStorage.getItem("retro-theme") || "auto"); } catch { /* as above */ }
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-theme-choice]");
      if (button) theme(button.dataset.themeChoice);
    });
    if (document.querySelector(".controls")) {
      document.querySelector(".controls").addEventListener("submit", (event) => event.preventDefault());
      document.querySelector(".controls").addEventListener("change", chosen);
      [state.from, state.to, state.monday] = $("period").value.split("/");
      idle(total);
    }
    for (const element of document.querySelectorAll("[data-figure]")) {
      element.style.minHeight = `${element.dataset.height}px`;
      watcher.observe(element);
    }
    addEventListener("hashchange", () => route(false));
    const open = [];
    addEventListener("beforeprint", () => {
      for (const one of document.querySelectorAll("details:not([open])")) { one.open = true; open.push(one); }
    });
    addEventListener("afterprint", () => { while (open.length) open.pop().open = false; });
    route(true);
  }

  window.retro = Object.assign(window.retro || {}, { vega, start });
})();
