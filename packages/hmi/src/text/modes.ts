import { words } from "./words.ts";

/** How the car is driven, for the badge: Apollo's Chassis.DrivingMode and what other recordings call it. */
export type ModeKind = "auto" | "partly" | "manual" | "emergency" | "unknown";

const MODES: Readonly<Record<string, readonly [ModeKind, string]>> = {
  COMPLETE_AUTO_DRIVE: ["auto", words.modes.auto],
  COMPLETE_MANUAL: ["manual", words.modes.manual],
  AUTO_STEER_ONLY: ["partly", words.modes.steerOnly],
  AUTO_SPEED_ONLY: ["partly", words.modes.speedOnly],
  EMERGENCY_MODE: ["emergency", words.modes.emergency],
};

export function drivingMode(name: string | undefined): { readonly kind: ModeKind; readonly label: string } {
  if (name === undefined || name === "") return { kind: "unknown", label: "–" };
  const [kind, label] = MODES[name] ?? ["unknown", name.replaceAll("_", " ")];
  return { kind, label };
}

/** P R N D of Apollo's GearPosition names, or the name itself. */
export function gearLetter(gear: string | undefined): string {
  switch (gear?.replace(/^GEAR_/, "")) {
    case undefined:
    case "":
      return "";
    case "PARKING":
    case "PARK":
      return "P";
    case "REVERSE":
      return "R";
    case "NEUTRAL":
      return "N";
    case "DRIVE":
      return "D";
    default:
      return gear!.replace(/^GEAR_/, "");
  }
}

export function signals(name: string | undefined): { readonly left: boolean; readonly right: boolean } {
  const text = name ?? "";
  const both = /EMERGENCY|HAZARD|BOTH/.test(text);
  return { left: both || text.includes("LEFT"), right: both || text.includes("RIGHT") };
}
