const GROW = 900; // ms in which a step's part of the figure grows
const READ = 25; // ms a character of the step's sentence
const [LEAST, MOST] = [4000, 6500]; // ms a step; ‹ and › go on at once

/**
 * at: the step the walk has reached; null where everything is shown
 * part: how much of it has grown, 0 to 1
 * since: when it began; null until the next frame
 * playing: whether the next step comes by itself
 */
function newWalk() {
  return { at: null, part: 1, since: null, playing: false, timer: 0 };
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const isMoving = ({ walk }) => walk.at !== null && walk.part < 1;

/** 0 to 1: how much of a row is there. */
function shownOf(view, part) {
  const { at, part: grown } = view.walk;
  if (at === null) return 1;
  const step = view.stepOf.get(part);
  return step < at ? 1 : step > at ? 0 : grown;
}

/** Bring the walk to this moment; before each picture. */
function stepTo(view, now) {
  const { walk, data } = view;
  view.stepOf = new Map(data.steps.flatMap(({ parts }, nth) => parts.map((part) => [part, nth])));
  view.lit = view.point ?? view.state.query;
  if (walk.at === null) return;
  walk.at = Math.min(walk.at, data.steps.length - 1);
  walk.since ??= now;
  walk.part = calm() ? 1 : Math.min(1, (now - walk.since) / GROW);
}

/** Go to a step; going on lets it grow, going back shows it at once. */
function goTo(view, at) {
  const { walk, data } = view;
  const last = data.steps.length - 1;
  const forward = walk.at === null ? at === 0 : at > walk.at;
  walk.at = Math.max(0, Math.min(last, at));
  walk.since = forward ? null : -Infinity;
  walk.part = forward && !calm() ? 0 : 1;
  view.point = view.over = null; // what is said now is the step's sentence
  waitForNext(view);
  redraw(view);
  requestAnimationFrame(() => bringIntoSight(view));
}

const goOn = (view) => goTo(view, view.walk.at === null ? 0 : view.walk.at + 1);

const goBack = (view) =>
  goTo(view, view.walk.at === null ? view.data.steps.length - 2 : view.walk.at - 1);

function waitForNext(view) {
  const { walk, data } = view;
  clearTimeout(walk.timer);
  if (!walk.playing) return;
  if (walk.at === data.steps.length - 1) {
    walk.playing = false;
    return;
  }
  const time = Math.max(LEAST, Math.min(MOST, READ * data.steps[walk.at].words.length));
  walk.timer = setTimeout(() => goOn(view), time);
}

function togglePlay(view) {
  const { walk, data } = view;
  walk.playing = !walk.playing;
  if (!walk.playing) {
    clearTimeout(walk.timer);
    return redraw(view);
  }
  const done = walk.at === null || walk.at === data.steps.length - 1;
  return goTo(view, done ? 0 : walk.at + 1);
}

function showAll(view) {
  clearTimeout(view.walk.timer);
  view.walk = newWalk();
  redraw(view);
}

/** The row the walk has reached is on screen, below the words about it. */
function bringIntoSight(view) {
  const part = view.data.steps[view.walk.at]?.parts.at(-1);
  view.rows.get(part)?.label.scrollIntoView(
    { block: "nearest", inline: "nearest", behavior: calm() ? "instant" : "smooth" });
}
