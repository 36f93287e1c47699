// Draws the figures of a session when it is looked at: the specs of timeline.py and ground.py, filled with what samples.py packed.
(() => {
  "use strict";
  const MISSING = 255;

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const words = (text, signed) => {
    const raw = bytes(text);
    const view = new DataView(raw.buffer);
    const read = signed ? (at) => view.getInt16(at, true) : (at) => view.getUint16(at, true);
    return Array.from({ length: raw.length / 2 }, (_, i) => read(2 * i));
  };

  // a row for each cell: the middle of the cell, s, and the signals; null where nothing was measured
  function points(data) {
    const signals = Object.entries(data.signals).map(([name, one]) => [name, one, bytes(one.bytes)]);
    const rows = [];
    for (const [span, [start, end, what, cells]] of data.spans.entries()) {
      const width = (end - start) / cells;
      for (let i = 0; i < cells; i += 1) {
        const row = { t: start + (i + 0.5) * width, span, start, end, what };
        for (const [name, one, codes] of signals) {
          const code = codes[rows.length];
          row[name] = code === MISSING ? null : one.low + one.step * code;
        }
        rows.push(row);
      }
    }
    return rows;
  }

  // a row for each point of the way; where the marking changes one part ends and the next begins
  function way(data) {
    const east = words(data.way.east, true);
    const north = words(data.way.north, true);
    const rows = [];
    let t = 0;
    let at = 0;
    words(data.way.t, false).forEach((step, i) => {
      t += step;
      while (at < data.spans.length - 1 && t >= data.spans[at][1]) at += 1;
      const what = data.spans[at][2];
      const here = { t, east: data.way.step * east[i], north: data.way.step * north[i] };
      const before = rows[rows.length - 1];
      if (before && before.what !== what) rows.push({ ...here, what: before.what, part: before.part });
      rows.push({ ...here, what, part: before ? before.part + (before.what === what ? 0 : 1) : 0 });
    });
    return rows;
  }

  function times(length, ticks) {
    const step = ticks.steps.find((one) => length <= ticks.most * one) || ticks.steps[ticks.steps.length - 1];
    return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step);
  }

  function extent(rows, name) {
    const values = rows.map((row) => row[name]);
    return Math.max(...values) - Math.min(...values);
  }

  const lengthOf = (data) => (data.spans.length ? data.spans[data.spans.length - 1][1] : 0);

  // on a phone the long names of a legend stand below each other
  const columnsIn = (element, names) => (element.clientWidth < 560 ? 1 : names.length);

  function drawTimeline(element, data, templates) {
    const names = Object.keys(templates.timeline).filter((name) => name in data.signals);
    const spec = structuredClone(templates.frame);
    const room = Math.max(200, element.clientWidth - 64);
    const length = lengthOf(data);
    const values = times(length, templates.ticks);
    const seen = templates.whats.filter((what) => what !== "forward" && data.spans.some((span) => span[2] === what));
    spec.vconcat = names.map((name, i) => {
      const one = structuredClone(templates.timeline[name]);
      one.width = room;
      if (i === 0) one.layer[0].encoding.color.legend = { ...templates.legend, values: seen, columns: columnsIn(element, seen) };
      for (const layer of one.layer) {
        Object.assign(layer.encoding.x.axis, { values }, i === names.length - 1 ? templates.last : {});
        layer.encoding.x.scale.domain = [0, length];
      }
      return one;
    });
    spec.datasets = {
      points: points(data),
      spans: data.spans.map(([start, end, what]) => ({ start, end, what })),
    };
    return window.retro.vega(element, spec);
  }

  // as `fitted` of ground.py
  function drawWay(element, data, templates) {
    const rows = way(data);
    const sizes = templates.ground;
    const [wide, high] = ["east", "north"].map((name) => Math.max(sizes.least_m, extent(rows, name)));
    const room = Math.max(sizes.least_wide, Math.min(element.clientWidth - 24, 640));
    const scale = Math.max(wide / room, high / sizes.most_high);
    const width = Math.max(sizes.least_wide, Math.round(wide / scale));
    const height = Math.max(sizes.least_high, Math.round(high / scale));
    const [east, north] = [width * scale / 2, height * scale / 2];
    const foot = -north - sizes.foot * scale;
    const spec = structuredClone(templates.way);
    const seen = templates.whats.filter((what) => data.spans.some((span) => span[2] === what));
    for (const { encoding } of spec.layer) {
      encoding.x.scale.domain = [-east, east];
      encoding.y.scale.domain = [foot, north];
      for (const name of ["color", "strokeDash"]) {
        if (!encoding[name]) continue;
        Object.assign(encoding[name].legend, { values: seen, columns: columnsIn(element, seen) });
      }
    }
    Object.assign(spec, { width, height: height + sizes.foot });
    spec.datasets = { way: rows, bar: [{ px_m: scale, east: -east, north: foot + sizes.bar_up * scale }] };
    return window.retro.vega(element, spec);
  }

  // a figure is drawn once it has room: a section that was hidden until now has none yet
  function drawSession(section, data, templates) {
    if (!data) return;
    const widths = new Map(); // a phone that is turned has another width
    let reading = null; // what reads the timeline, once that is drawn
    let ground = null; // the way, once that is drawn
    async function draw(target) {
      target.replaceChildren();
      const isWay = target.dataset.sessionFigure === "way";
      const result = await (isWay ? drawWay : drawTimeline)(target, data, templates);
      if (isWay) ground = [target, result.spec];
      else reading = reading || window.retro.makeReading(target, {
        rows: points(data), trail: data.way ? way(data) : [], length: lengthOf(data), signals: Object.keys(data.signals), templates,
      });
      const reader = await reading;
      if (!reader) return;
      reader.place();
      if (ground) reader.onGround(...ground);
    }
    const seen = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        const width = target.clientWidth;
        if (width === 0 || width === widths.get(target)) continue;
        widths.set(target, width);
        draw(target);
      }
    });
    for (const element of section.querySelectorAll("[data-session-figure]")) seen.observe(element);
  }

  window.retro = Object.assign(window.retro || {}, { drawSession });
})();
