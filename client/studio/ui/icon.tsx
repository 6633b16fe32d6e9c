/** The outlines of the icons, on a grid of 20. */
const outlines = {
  play: 'M7 4.8v10.4l8.2-5.2z',
  download: 'M10 3v9m0 0 3.5-3.5M10 12 6.5 8.5M4 16h12',
  link: 'M8.5 11.5a3 3 0 0 0 4.3 0l2.7-2.7a3 3 0 0 0-4.3-4.3l-.9.9m1.2 3.1a3 3 0 0 0-4.3 0l-2.7 2.7a3 3 0 0 0 4.3 4.3l.9-.9',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  close: 'm5 5 10 10M15 5 5 15',
  check: 'm4.5 10.5 3.5 3.5 7.5-8',
  chevron: 'm6 8 4 4 4-4',
  image: 'M4 5.5h12v9H4zm0 7 3.5-3.5 3 3 2-2 3.5 3M12.5 8h.01',
  warning: 'M10 3.5 2.8 16h14.4zM10 8.5v3.5m0 2.2h.01',
  stop: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm-5 2 10 10',
  search: 'M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4Zm3.7 8.7L16 16',
  sun: 'M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4ZM10 2.5v1.5m0 12v1.5M2.5 10H4m12 0h1.5M4.7 4.7l1 1m8.6 8.6 1 1m0-10.6-1 1m-8.6 8.6-1 1',
  moon: 'M15.5 12A6.5 6.5 0 0 1 8 4.5a6.5 6.5 0 1 0 7.5 7.5Z',
  contrast: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm0 0v14',
  bell: 'M5.5 13.5V9a4.5 4.5 0 0 1 9 0v4.5l1 1h-11zM8.7 17h2.6',
  bellOff:
    'M5.5 13.5V9c0-.7.2-1.400.5-2M8 5a4.500 4.500 0 0 1 6.500 4v3M4.500 14.500h10M8.700 17h2.600M3.500 3.500l13 13',
  follow: 'M10 5v10M5 10h10',
  retry: 'M15.500 10a5.500 5.500 0 1 1-1.700-4M15.500 3.500V6.500H12.500',
  sound:
    'M4 8v4h2.500L10 15V5L6.500 8zM13 7.500a3.500 3.500 0 0 1 0 5M15.200 5.300a6.500 6.500 0 0 1 0 9.400',
  mute: 'M4 8v4h2.500L10 15V5L6.500 8zM13 8l4 4m0-4-4 4',
  past: 'M4.300 7.500A6.500 6.500 0 1 1 3.500 10M3.800 4v3.600h3.600M10 6.500V10l2.500 1.500',
  bookmark: 'M6 3.500h8v13l-4-3.200-4 3.200z',
  table: 'M3.500 4.500h13v11h-13zM3.500 8.500h13M3.500 12h13M8.500 8.500v7',
  compare: 'M3.500 5h5.500v10H3.500zM11 5h5.500v10H11z',
  settings: 'M4 6.500h6m4 0h2M4 13.500h2m4 0h6M12 4.700v3.600M8 11.700v3.600',
  star: 'm10 2.800 2.250 4.600 5.050.700-3.650 3.600.850 5.050L10 14.350l-4.500 2.400.850-5.050L2.700 8.100l5.050-.700z',
  filter: 'M3.500 5.500h13M6 10h8M8.500 14.500h3',
  select: 'M4 4h12v12H4zm3 6.200 2.200 2.200L13.200 8',
  trash: 'M4 6h12M8 6V4h4v2m2.500 0-.7 10H6.200L5.500 6',
  pause: 'M7 5v10M13 5v10',
  back: 'm12 5-5 5 5 5',
  forward: 'm8 5 5 5-5 5',
  share: 'M10 12V3m0 0L6.500 6.500M10 3l3.500 3.500M4 11v5.500h12V11',
  chart: 'M4 16.500V9m4 7.500V4m4 12.500v-6m4 6V7',
  keyboard:
    'M2.500 5.500h15v9h-15zM5.500 8.500h.01M8.500 8.500h.01M11.500 8.500h.01M14.500 8.500h.01M6.500 11.700h7',
  copy: 'M7.500 7.500h9v9h-9zM4 12.500h-.5v-9h9V4',
  globe:
    'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM3 10h14M10 3c2.500 2 2.500 12 0 14M10 3c-2.500 2-2.500 12 0 14',
} as const;

/** The names of the icons. */
export type IconName = keyof typeof outlines;

/** A decorative icon, beside a text or in a button with an accessible name. */
export function Icon({ name, isFilled = false }: { readonly name: IconName; readonly isFilled?: boolean }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 20 20"
      aria-hidden="true"
      data-icon={name}
      data-filled={isFilled || undefined}
    >
      <path d={outlines[name]} />
    </svg>
  );
}
