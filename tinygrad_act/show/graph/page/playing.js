// Playing, and the address of the page, which names the step.

function play(on) {
  clearTimeout(timer);
  timer = 0;
  document.body.classList.toggle('playing', on);
  const label = on ? 'Pause (space)' : 'Play (space)';
  byId('play').setAttribute('aria-label', label);
  byId('play').title = label;
  if (!on) return;
  if (current === last) show(1);
  const wait = 1100 + 500 * (steps[current - 1].lines || []).length;
  timer = setTimeout(() => {
    show(current + 1);
    play(current < last);
  }, wait / Number(byId('speed').value));
}

function go(step) {
  play(false);
  show(step);
}

function readAddress() {
  const found = /^#step=(\d+)$/.exec(location.hash);
  if (found) go(Number(found[1]));
  return Boolean(found);
}

function writeAddress() {
  try {
    history.replaceState(null, '', `#step=${current}`);
  } catch { /* a page inside a notebook has no address of its own */ }
}
