// Reads one moment of a session out in words: by pointer, slider or keys; a line in the figures and a dot on the way show which.
// The words are those of the tables: Vega says them (`reading` of timeline.py).
(() => {
  "use strict";

  function made(tag, className, ...content) {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...content);
    return element;
  }

  // the ground of the uppermost plot, in px within the element; null while it is drawn anew
  function plotIn(element) {
    const plot = element.querySelector("svg .concat_0_group path.background") || element.querySelector("svg path.background");
    if (!plot) return null;
    const [box, outer] = [plot.getBoundingClientRect(), element.getBoundingClientRect()];
    return { left: box.left - outer.left, top: box.top - outer.top, width: box.width, height: box.height };
  }

  function nearest(rows, t) {
    let best = 0;
    for (let i = 1; i < rows.length; i += 1) if (Math.abs(rows[i].t - t) < Math.abs(rows[best].t - t)) best = i;
    return best;
  }

  async function told(rows, templates) {
    const spec = structuredClone(templates.reading.spec);
    spec.data[0].values = rows;
    const result = await window.retro.vega(document.createElement("div"), spec, { mode: "vega" });
    const words = result.view.data("told");
    result.finalize();
    return words;
  }

  // what: rows of the timeline, trail of the way (may be empty), length of the session in s, signals it has, templates
  async function makeReading(timeline, { trail, length, signals, templates, ...what }) {
    const rows = await told(what.rows, templates);
    const names = Object.entries(templates.reading.names).filter(([name]) => !(name in templates.timeline) || signals.includes(name));
    const cells = names.map(([, title]) => made("div", "", made("dt", "", title), made("dd", "")));
    const list = made("dl", "facts reading", ...cells);
    const slider = made("input", "");
    Object.assign(slider, { type: "range", min: 0, max: Math.round(length), step: 1 });
    slider.setAttribute("aria-label", "Time in the session, to be read");
    const hint = "Point at the figure or move the slider. Keys: arrows one step, Page Up the next stretch, Page Down the one before.";
    const line = made("div", "cursor");
    const dot = made("div", "dot");
    const track = made("div", "track", slider);
    timeline.before(list);
    timeline.after(track, made("p", "hint", hint));
    let at = 0;
    let ground = null; // where the way is drawn

    function place() {
      const plot = plotIn(timeline);
      if (!plot) return;
      const below = timeline.getBoundingClientRect().height;
      timeline.append(line);
      Object.assign(line.style, {
        left: `${plot.left + plot.width * rows[at].t / length}px`, top: `${plot.top}px`, height: `${below - plot.top - 44}px`,
      });
      // the middle of the slider's knob, 16 px wide, runs from end to end of the plot
      Object.assign(track.style, { marginLeft: `${plot.left - 8}px`, width: `${plot.width + 16}px` });
      if (!ground || !trail.length) return;
      const sheet = plotIn(ground.element);
      if (!sheet) return;
      const here = trail[nearest(trail, rows[at].t)];
      ground.element.append(dot);
      const share = (value, [low, high]) => (value - low) / (high - low);
      Object.assign(dot.style, {
        left: `${sheet.left + sheet.width * share(here.east, ground.x)}px`,
        top: `${sheet.top + sheet.height * (1 - share(here.north, ground.y))}px`,
      });
    }

    function read(i) {
      at = Math.max(0, Math.min(rows.length - 1, i));
      const words = names.map(([name]) => rows[at][`said_${name}`]);
      cells.forEach((cell, k) => { cell.lastElementChild.textContent = words[k]; });
      slider.value = Math.round(rows[at].t);
      slider.setAttribute("aria-valuetext", names.map(([, title], k) => `${title} ${words[k]}`).join(", "));
      place();
    }

    // the first moment of the next stretch, or of this one, or of the one before
    function stretch(step) {
      const first = (span) => rows.findIndex((row) => row.span === span);
      const { span } = rows[at];
      if (step > 0) return span < rows[rows.length - 1].span ? first(span + 1) : at;
      return first(at > first(span) ? span : Math.max(0, span - 1));
    }

    const keys = {
      ArrowRight: () => at + 1, ArrowUp: () => at + 1, ArrowLeft: () => at - 1, ArrowDown: () => at - 1,
      PageUp: () => stretch(1), PageDown: () => stretch(-1), Home: () => 0, End: () => rows.length - 1,
    };
    slider.addEventListener("keydown", (event) => {
      if (!(event.key in keys) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      read(keys[event.key]());
    });
    slider.addEventListener("input", () => read(nearest(rows, Number(slider.value))));
    const point = (event) => {
      const plot = plotIn(timeline);
      if (!plot) return;
      const share = (event.clientX - timeline.getBoundingClientRect().left - plot.left) / plot.width;
      if (share >= 0 && share <= 1) read(nearest(rows, share * length));
    };
    timeline.addEventListener("pointermove", point);
    timeline.addEventListener("pointerdown", point);
    const backward = rows.findIndex((row) => row.what === "accepted" || row.what === "suggested");
    read(Math.max(0, backward));
    return { place, onGround: (element, spec) => {
      ground = { element, x: spec.layer[0].encoding.x.scale.domain, y: spec.layer[0].encoding.y.scale.domain };
      place();
    } };
  }

  window.retro = Object.assign(window.retro || {}, { makeReading });
})();
