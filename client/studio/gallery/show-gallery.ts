/** Scrolls to the newest card if it is out of view: below the form on a phone, or above after a long scroll. */
export function showGallery(): void {
  const gallery = document.querySelector('.gallery');
  if (gallery === null) return;
  const { top } = gallery.getBoundingClientRect();
  if (top >= 0 && top < window.innerHeight / 2) return;
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  gallery.scrollIntoView({ block: 'start', behavior: isCalm ? 'auto' : 'smooth' });
}
