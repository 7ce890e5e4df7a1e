/* A page opens at its bare address, and is told right after what its address says: Streamlit makes
   that two steps for Back, of which the second leads nowhere. It becomes one. */

function onePerPage() {
  const { pushState } = history;
  if (pushState.isOnePerPage) return;
  const pushed = (state, title, url) => {
    const next = new URL(url ?? "", location.href);
    const completes = !location.search && next.search && next.pathname === location.pathname;
    const put = completes ? history.replaceState : pushState;
    put.call(history, state, title, url);
  };
  history.pushState = Object.assign(pushed, { isOnePerPage: true });
}
