"""
Independent reference of RTK localization, written from its description alone (Apollo 1.0, modules/localization): another
language, and no code shared with what it checks.

Prints one JSON array of cases {"name", "command", "input": [...], "output": [...]} for a seed:

    python3 rtk_localization.py 7
"""
import json
import math
import random
import sys

NAN = math.nan


def number(value):
    """A double as proto JSON writes it; NaN where the field is absent (PointENU and Point3D default to it)."""
    return NAN if value is None else float(value)


def vector(point, default_z=NAN):
    return [number(point.get("x")), number(point.get("y")), float(point["z"]) if "z" in point else default_z]


def point(values):
    return dict(zip("xyz", values))


def rotate(q, v):
    """v_map = R(q) v_vehicle, R of (qw, qx, qy, qz) as it stands, of unit length or not."""
    w, x, y, z = (number(q.get(name)) for name in ("qw", "qx", "qy", "qz"))
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return [sum(row[i] * v[i] for i in range(3)) for row in rows]


def normalize(angle):
    if math.isnan(angle) or math.isinf(angle):
        return NAN
    turned = math.fmod(angle + math.pi, 2 * math.pi)
    return (turned + 2 * math.pi if turned < 0 else turned) - math.pi


def heading(q):
    w, x, y, z = (number(q.get(name)) for name in ("qw", "qx", "qy", "qz"))
    return normalize(math.atan2(2 * (w * z - x * y), 2 * (w * w + y * y) - 1) + math.pi / 2)


def stamp(message):
    return float(message.get("header", {}).get("timestamp_sec", 0.0))


def blend(a, b, f):
    """(1-f)·a + f·b of the components that both have and neither has as NaN."""
    both = [k for k in "xyz" if k in a and k in b and not math.isnan(float(a[k])) and not math.isnan(float(b[k]))]
    return {k: float(a[k]) * (1 - f) + float(b[k]) * f for k in both}


class Localization:
    def __init__(self, interpolate, unify, gps_time, offset, ascending):
        self.interpolate, self.unify, self.gps_time, self.offset, self.ascending = interpolate, unify, gps_time, offset, ascending
        self.gps, self.imus, self.sequence = None, [], 0

    def match(self, time):
        """By ascending time: the first IMU newer than the GPS and the one before it. Apollo's own order is the reverse."""
        order = self.imus if self.ascending else self.imus[::-1]
        for at, newer in enumerate(order):
            if stamp(newer) - time > 1e-6:
                break
        else:
            return self.imus[-1]
        if at == 0:
            return self.imus[0]
        older = order[at - 1]
        t1, t2 = stamp(older), stamp(newer)
        if time - t1 < 1e-6 or time - t2 > 1e-6:
            return older
        stamped = all("timestamp_sec" in m.get("header", {}) for m in (older, newer))
        if not stamped or abs(t2 - t1) < 0.001:
            return older
        a, b = older.get("imu", {}), newer.get("imu", {})
        pose = dict(a)
        for field in ("angular_velocity", "linear_acceleration"):
            if field in a and field in b:
                pose[field] = blend(a[field], b[field], (time - t1) / (t2 - t1))
        return {**older, "imu": pose} if "imu" in older else older

    def tick(self, line):
        if "gps" in line:
            self.gps = line["gps"]
        if "imu" in line:
            self.imus = (self.imus + [line["imu"]])[-50:]
        if self.gps is None or not self.imus:
            return None
        self.sequence += 1
        imu = self.match(stamp(self.gps)) if self.interpolate else self.imus[-1]
        header = {"module_name": "localization", "timestamp_sec": stamp(self.gps) if self.gps_time else line["now"],
                  "sequence_num": self.sequence}
        pose, given = {}, self.gps.get("localization", {})
        if "position" in given:
            pose["position"] = point([a - b for a, b in zip(vector(given["position"], 0.0), self.offset)])
        if "orientation" in given:
            pose["orientation"] = given["orientation"]
            pose["heading"] = heading(given["orientation"])
        if "linear_velocity" in given:
            pose["linear_velocity"] = given["linear_velocity"]
        for field in ("linear_acceleration", "angular_velocity"):
            value = imu.get("imu", {}).get(field)
            if value is None:
                continue
            known = {k: v for k, v in value.items() if not math.isnan(float(v))}  # nor a component that is none
            if not self.unify:
                pose[field] = known
            elif "orientation" in pose:
                rotated = rotate(pose["orientation"], vector(value))
                # Apollo would send NaN where a component is missing; Delos puts no NaN on the bus.
                if not any(map(math.isnan, rotated)):
                    pose[field] = point(rotated)
                pose[field + "_vrf"] = known
        return {"header": header, "pose": pose}


# ---------------------------------------------------------------------------------------------- cases


def plain(value):
    """As JSON of a message: NaN and infinities are strings."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def case(name, lines, interpolate=True, unify=True, gps_time=False, offset=(0.0, 0.0, 0.0), ascending=True):
    flags = ([] if ascending else ["match_imu_ascending=false"]) + [f"enable_gps_imu_interprolate={str(interpolate).lower()}", f"enable_map_reference_unify={str(unify).lower()}",
             f"enable_gps_timestamp={str(gps_time).lower()}"] + [f"map_offset_{k}={v!r}" for k, v in zip("xyz", offset)]
    localization = Localization(interpolate, unify, gps_time, offset, ascending)
    output = [tick for line in lines if (tick := localization.tick(line)) is not None]
    return {"name": name, "command": ["localization", "replay", "--flags", ",".join(flags)], "input": plain_all(lines),
            "output": plain_all(output)}


def plain_all(values):
    return [plain(value) for value in values]


def cases(seed):
    rng = random.Random(seed)

    def axis(scale):
        return {k: rng.uniform(-scale, scale) for k in "xyz"}

    def turn(unit=True):
        q = [rng.gauss(0, 1) for _ in range(4)]
        length = math.sqrt(sum(v * v for v in q)) if unit else rng.uniform(0.3, 2)
        return dict(zip(["qx", "qy", "qz", "qw"], (v / length for v in q)))

    def gps(time, unit=True):
        return {"header": {"timestamp_sec": time}, "localization": {
            "position": {"x": rng.uniform(5e5, 6e5), "y": rng.uniform(4e6, 5e6), "z": rng.uniform(-50, 300)},
            "orientation": turn(unit), "linear_velocity": axis(30), "angular_velocity": axis(1)}}

    def imu(time):
        return {"header": {"timestamp_sec": time}, "imu": {"linear_acceleration": axis(9), "angular_velocity": axis(2)}}

    def drive(count, gps_every=1, imu_lag=0.0, jitter=0.0, loss=0.0, unit=True):
        lines, base = [], 1498000000 + rng.uniform(0, 1e6)
        for i in range(count):
            now = base + 0.01 * i
            line = {"now": now}
            if i % gps_every == 0 and rng.random() >= loss:
                line["gps"] = gps(now - 0.012 + rng.uniform(-jitter, jitter), unit)
            if rng.random() >= loss:
                line["imu"] = imu(now - imu_lag)
            lines.append(line)
        return lines

    yield case("every flag as it is", drive(300))
    yield case("interpolation off", drive(200), interpolate=False)
    yield case("GPS at 10 Hz, IMU late and with gaps", drive(400, gps_every=10, imu_lag=0.004, jitter=0.01, loss=0.2))
    yield case("no map reference", drive(100, jitter=0.006), unify=False)
    yield case("map offset and GPS time", drive(100, jitter=0.006), gps_time=True, offset=(586000.25, 4140000.5, -12.125))
    yield case("quaternions of any length", drive(200, unit=False))
    # Nothing at first, then one of the two, then silence: the last messages are published again and again.
    silent = drive(40)
    for i, line in enumerate(silent):
        if i < 10 or i >= 25: line.pop("gps", None)
        if i < 5 or i >= 20: line.pop("imu", None)
    yield case("not there yet, then silent", silent)
    # GPS older than every IMU, newer than every IMU, on the stamp of one, within a microsecond of one.
    base, lines = 1500000000.0, []
    for i in range(120):
        lines.append({"now": base + 0.01 * i, "imu": imu(base + 0.01 * i)})
        lines[-1]["gps"] = gps(base + 0.01 * i + rng.choice([-5, -0.6, 0.5, 0, 0, -0.01, -0.03, 9e-7, -9e-7, 2e-6, -2e-6, -0.0051]))
    yield case("IMU matching at its edges", lines)
    yield case("IMU matching at its edges, as Apollo searches", lines, ascending=False)
    # IMU stamps closer together than a millisecond and equal ones.
    lines = []
    for i in range(100):
        lines.append({"now": base + 0.0005 * i, "imu": imu(base + 0.0005 * (i - i % 3)), "gps": gps(base + 0.0005 * i - 0.0017)})
    yield case("IMU stamps under a millisecond apart", lines)

    def damage(line):
        for kind, body in (("gps", "localization"), ("imu", "imu")):
            message = line.get(kind)
            if message is None or rng.random() < 0.4: continue
            roll = rng.random()
            if roll < 0.08: message.pop(body, None)
            elif roll < 0.14: message.pop("header", None)
            elif roll < 0.18: message["header"].pop("timestamp_sec", None)
            elif roll < 0.6 and body in message:
                message[body].pop(rng.choice(list(message[body])), None)
            elif body in message and message[body]:
                field = rng.choice(list(message[body]))
                inner = message[body][field]
                if kind == "gps":
                    if field == "position": inner.pop("z", None)
                    continue
                key = rng.choice(list(inner))
                if rng.random() < 0.6: inner.pop(key)
                else: inner[key] = NAN
        return line

    yield case("missing and NaN fields", [damage(line) for line in drive(600, jitter=0.004, imu_lag=0.003)])
    yield case("missing and NaN fields, interpolation off", [damage(line) for line in drive(300)], interpolate=False)


if __name__ == "__main__":
    json.dump(list(cases(int(sys.argv[1]) if len(sys.argv) > 1 else 1)), sys.stdout, allow_nan=False)
