/** Numbers and times as people read them. What is not known is a dash of the same kind everywhere. */
export const UNKNOWN = "–";

/** Fixed digits, a real minus sign, never "−0.0". */
export function fixed(value: number | undefined, digits: number): string {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

export function metres(value: number | undefined, digits: number): string {
  const text = fixed(value, digits);
  return text === UNKNOWN ? text : `${text} m`;
}

/** Seconds as 0:07.3, 12:07.3 or 1:02:07.3. */
export function clock(seconds: number, digits = 1): string {
  if (!Number.isFinite(seconds)) return UNKNOWN;
  const scale = 10 ** digits;
  const total = Math.round(Math.abs(seconds) * scale) / scale;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = (total % 60).toFixed(digits).padStart(digits === 0 ? 2 : 3 + digits, "0");
  const sign = seconds < 0 && total > 0 ? "−" : "";
  return hours > 0 ? `${sign}${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${sign}${minutes}:${rest}`;
}

/** Unix seconds as date and time of day in UTC, to the hundredth. */
export function utc(unixS: number): string {
  if (!Number.isFinite(unixS) || unixS <= 0 || unixS > 8.64e12) return UNKNOWN;
  const text = new Date(Math.floor(unixS * 100) * 10).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 22)}`;
}

export function hertz(rateHz: number): string {
  if (rateHz <= 0 || !Number.isFinite(rateHz)) return UNKNOWN;
  return rateHz >= 99.5 ? rateHz.toFixed(0) : rateHz >= 9.95 ? rateHz.toFixed(1) : rateHz.toFixed(2);
}

export function count(value: number): string {
  return value.toLocaleString("en-US").replaceAll(",", "\u202f"); // a narrow no-break space
}

export function bytes(value: number): string {
  if (value < 1000) return `${Math.round(value)} B`;
  if (value < 999_500) return `${(value / 1000).toPrecision(3)} kB`;
  return `${(value / 1e6).toPrecision(3)} MB`;
}

/** Radians counter-clockwise from east as a compass bearing: 0° north, 90° east. */
export function bearingDeg(headingRad: number): number {
  const degrees = 90 - (headingRad * 180) / Math.PI;
  return ((degrees % 360) + 360) % 360;
}

export function rate(value: number): string {
  return Number.isFinite(value) ? `${Number(value.toFixed(2))}×` : "max";
}
