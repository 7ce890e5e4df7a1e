/**
 * All heads at once, without the tokens that are filtered out or hidden: the largest weight under
 * each pixel, so that thin lines stay visible.
 */
function paintThumbnails(view, scale = devicePixelRatio) {
  const { trace, data, cell, page } = view;
  const step = Math.round(cell * scale);
  const inner = step - Math.max(2, Math.round(2 * scale));
  const { thumbnails } = page;
  thumbnails.width = step * data.heads;
  thumbnails.height = step * data.layers;
  if (!view.queryList.length || !view.keyList.length) return;
  const source = trace.pictures ? pictureSource(view) : weightSource(view);
  const pool = pooling(source, inner);
  const image = new ImageData(thumbnails.width, thumbnails.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let layer = 0; layer < data.layers; layer++) {
    for (let head = 0; head < data.heads; head++) {
      poolHead(source, pool, source.values(layer), source.offset(layer, head));
      const corner = (layer * step + ((step - inner) >> 1)) * image.width + head * step
        + ((step - inner) >> 1);
      paintHead(pool, source.shades, pixels, corner, image.width, inner);
    }
  }
  thumbnails.getContext("2d").putImageData(image, 0, 0);
}

/** The weights themselves. `shades` has one colour a packed value / 64. */
function weightSource(view) {
  const side = view.data.tokens.length;
  const least = Math.round(view.state.threshold * 1000);
  return {
    side, queries: view.queries, keys: view.keys, shift: 6,
    values: (layer) => view.trace.weights[layer],
    offset: (_, head) => head * side * side,
    shades: Uint32Array.from({ length: 1024 }, (_, n) =>
      view.shades[n < least ? 0 : Math.round(255 * Math.sqrt(Math.min(1, n / 1000)))]),
  };
}

/** The server's small pictures: one set with special tokens, one without. */
function pictureSource(view) {
  const { trace, state, data } = view;
  const { side } = trace;
  const any = (mask) => Uint8Array.from(range(side), (i) => {
    const end = Math.floor(((i + 1) * data.tokens.length) / side);
    return mask.subarray(Math.floor((i * data.tokens.length) / side), end).some(Boolean);
  });
  const set = state.hideSpecial ? trace.layers : 0;
  const least = 255 * Math.sqrt(state.threshold);
  return {
    side, queries: any(view.queries), keys: any(view.keys), shift: 0,
    values: () => trace.pictures,
    offset: (layer, head) => ((set + layer) * trace.heads + head) * side * side,
    shades: view.shades.map((shade, n) => (n < least ? view.shades[0] : shade)),
  };
}

/** Where each shown token goes in a picture of the shown ones only, and memory for it. */
function pooling(source, inner) {
  const [queries, keys] = [indices(source.queries), indices(source.keys)];
  const [rows, columns] = [queries, keys].map((shown) => Math.min(shown.length, inner));
  const spread = (shown, count) => shown.map((_, i) => Math.floor((i * count) / shown.length));
  return { queries, keys, rows, columns, rowOf: spread(queries, rows),
    columnOf: spread(keys, columns), largest: new Uint16Array(rows * columns) };
}

function poolHead(source, pool, values, offset) {
  const { largest, queries, keys, rowOf, columnOf, columns } = pool;
  largest.fill(0);
  for (let q = 0; q < queries.length; q++) {
    const row = offset + queries[q] * source.side;
    const into = rowOf[q] * columns;
    for (let k = 0; k < keys.length; k++) {
      const value = values[row + keys[k]] >> source.shift;
      if (value > largest[into + columnOf[k]]) largest[into + columnOf[k]] = value;
    }
  }
}

function paintHead(pool, shades, pixels, corner, width, inner) {
  const { rows, columns, largest } = pool;
  const column = Uint16Array.from(range(inner), (x) => Math.floor((x * columns) / inner));
  for (let y = 0; y < inner; y++) {
    const row = Math.floor((y * rows) / inner) * columns;
    for (let x = 0; x < inner; x++) {
      pixels[corner + y * width + x] = shades[largest[row + column[x]]];
    }
  }
}
