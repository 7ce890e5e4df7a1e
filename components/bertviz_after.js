// Starts BertViz's script, and gives the keyboard what it leaves to the mouse: Tab goes to squares,
// small pictures and tokens, arrow keys go through them, Enter presses.
(() => {
  const root = document.getElementById("bertviz");
  const vis = document.getElementById("vis");
  const {layer, head, total_heads: heads} = window.bertviz_params;
  const places = new WeakMap(); // what can be reached: {group, place, columns, press}
  const every = (selector) => [...vis.querySelectorAll(selector)];
  const click = (element, type = "click") =>
    element.dispatchEvent(new MouseEvent(type, {bubbles: true}));

  function reach(group, name, {columns = 1, press = () => {}} = {}) {
    group.forEach((element, place) => {
      if (places.has(element)) return;
      places.set(element, {group, place, columns, press});
      element.setAttribute("tabindex", place ? -1 : 0);
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", name(place, element));
    });
  }

  const token = (place, element) => `Token ${place}, ${element.querySelector("text").textContent}`;
  const groups = {
    head() {
      const square = (element, {shiftKey}) => click(element, shiftKey ? "dblclick" : "click");
      reach(every("svg > g:last-child > rect"), (place) => `Head ${place}`, {press: square});
      reach(every("#left > g:last-child > g"), token);
      reach(every("#right > g:last-child > g"), token);
    },
    model() {
      const name = (place) => `Layer ${Math.floor(place / heads)}, head ${place % heads}`;
      const pictures = every(".attn_background").map((element) => element.parentNode);
      reach(pictures, name, {columns: heads, press: (element) => click(element.lastChild)});
      reach([...(vis.querySelector("g.detail")?.children ?? [])], token);
    },
    neuron() {
      for (const [shown, other] of [["collapsed", "expanded"], ["expanded", "collapsed"]]) {
        const twin = (element) => {
          const {place} = places.get(element);
          click(element.lastChild);
          every(`#${other} #leftText > g`)[place].focus();
        };
        reach(every(`#${shown} #leftText > g`), token, {press: twin});
      }
    },
  };
  const prepare = groups[document.documentElement.classList[0]];

  const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
  vis.addEventListener("keydown", (event) => {
    const at = places.get(event.target);
    if (!at) return;
    if (event.key === "Enter" || event.key === " ") at.press(event.target, event);
    else if (event.key in steps) {
      const [across, down] = steps[event.key];
      at.group[at.place + across + down * at.columns]?.focus();
    } else return;
    event.preventDefault();
  });
  vis.addEventListener("focusin", ({target}) => {
    const at = places.get(target);
    if (!at) return;
    for (const element of at.group) element.setAttribute("tabindex", element === target ? 0 : -1);
    click(target, "mouseover");
  });
  vis.addEventListener("focusout", ({target}) => {
    if (places.has(target)) click(target, "mouseleave");
  });
  vis.addEventListener("click", prepare);

  // Long tokens stand out of the picture to the left: it moves by as much to the right.
  function makeRoom() {
    const left = Math.min(0, ...every("#left text, #leftText text").map((t) => t.getBBox().x));
    vis.style.paddingLeft = `${Math.ceil(-left)}px`;
  }

  // The page around may be presented: its keys are heard here for it.
  addEventListener("keydown", ({key, target, altKey, ctrlKey, metaKey, defaultPrevented}) => {
    if (window === top || defaultPrevented || altKey || ctrlKey || metaKey) return;
    if (!target.matches("select")) top.postMessage({pressed: key}, "*");
  });

  new MutationObserver(() => {
    prepare();
    makeRoom();
  }).observe(vis, {childList: true});

  setTimeout(() => { // the words that ask to wait are painted first
    window.bertviz();
    const chosen = document.getElementById(`attn_background_${layer}_${head}`);
    if (chosen) click(chosen.parentNode.lastChild);
    document.getElementById("wait").remove();
    root.dataset.drawn = "true";
  }, 50);
})();
