// Makes what BertViz's script reads, `bertviz_params`, of what the page carries.
//
// Weights come once, two bytes each; n >> 6 is the weight in thousandths. The sentence filters
// are cut from them when they are first asked for.
window.bertviz_params = (() => {
  const sent = JSON.parse(document.getElementById("sent").textContent);
  const {layers, heads, tokens} = sent;

  function numbersOf(text, Kind, read) {
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
    return Array.from(new Kind(bytes.buffer), read);
  }

  const vectorsOf = ({step, width, numbers}) =>
    ({width, numbers: numbersOf(numbers, Int16Array, (n) => n * step)});

  // Rows `from` to `to` of every head, of each the columns `first` to `last`.
  function cut({width, numbers}, [from, to], [first, last] = [0, width]) {
    const rows = (start) => Array.from({length: to - from}, (_, i) => {
      const row = start + (from + i) * width;
      return numbers.slice(row + first, row + last);
    });
    const size = tokens.length * width;
    return Array.from({length: layers}, (_, layer) =>
      Array.from({length: heads}, (_, head) => rows((layer * heads + head) * size)));
  }

  function once(make) {
    let made;
    return {get: () => (made ??= make()), enumerable: true};
  }

  const weights = {
    width: tokens.length,
    numbers: numbersOf(sent.weights, Uint16Array, (n) => (n >> 6) / 1000),
  };
  const queries = sent.queries && vectorsOf(sent.queries);
  const keys = sent.keys && vectorsOf(sent.keys);
  const ranges = {
    all: [0, tokens.length], a: [0, sent.second], b: [sent.second, tokens.length],
  };

  function part(name) {
    const [looks, seen] = name === "all" ? [ranges.all, ranges.all] : [...name].map((s) => ranges[s]);
    const made = {name: sent.filters[name], left_text: tokens.slice(...looks),
      right_text: tokens.slice(...seen)};
    return Object.defineProperties(made, {
      attn: once(() => cut(weights, looks, seen)),
      queries: once(() => cut(queries, looks)),
      keys: once(() => cut(keys, seen)),
    });
  }

  const names = Object.keys(sent.filters).filter((name) => name === "all" || sent.second !== null);
  const neuron = sent.view === "neuron";
  return {
    attention: neuron ? Object.fromEntries(names.map((name) => [name, part(name)]))
      : names.map(part),
    default_filter: neuron ? sent.show : String(names.indexOf(sent.show)),
    root_div_id: "bertviz",
    layer: sent.layer,
    head: sent.head,
    heads: [sent.head],
    include_layers: Array.from({length: layers}, (_, layer) => layer),
    ...(sent.view === "model" && {include_heads: Array.from({length: heads}, (_, head) => head)}),
    total_heads: heads,
    bidirectional: true,
    display_mode: sent.mode,
  };
})();
