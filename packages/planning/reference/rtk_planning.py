"""
Independent reference of the trajectory recorder, the player and the RTK replay planner, written from their description alone
(Apollo 1.0, modules/tools/record_play and modules/planning): another language, and no code shared with what it checks.

Prints one JSON array of cases {"name", "command", "files": {name: text}, "input": [...], "output": [...]} for a seed:

    python3 rtk_planning.py 7
"""
import cmath
import json
import math
import random
import re
import struct
import sys

try:  # The multiplied-out filter is badly conditioned: what is compared to nine digits is scipy itself, where it is installed.
    from scipy import signal
except ImportError:
    signal = None

COLUMNS = "x,y,z,speed,acceleration,curvature,curvature_change_rate,time,theta,gear,s,throttle,brake,steering".split(",")
GEARS = ["GEAR_NEUTRAL", "GEAR_DRIVE", "GEAR_REVERSE", "GEAR_PARKING", "GEAR_LOW", "GEAR_INVALID", "GEAR_NONE"]
AUTO = "COMPLETE_AUTO_DRIVE"

# ---------------------------------------------------------------------------------------------- zero-phase smoothing


def butterworth(order, cutoff):
    """Low-pass of `order` (even), cut-off as a share of the Nyquist frequency, from its poles: (b, a)."""
    warped = 4 * math.tan(math.pi * cutoff / 2)  # analog cut-off for a sampling rate of 2
    poles = [warped * cmath.exp(1j * math.pi * (2 * k + order + 1) / (2 * order)) for k in range(order)]
    gain = warped**order
    for pole in poles:
        gain /= 4 - pole
    a = [1 + 0j]
    for pole in poles:
        root = (4 + pole) / (4 - pole)
        a = [x - root * y for x, y in zip(a + [0], [0] + a)]
    b = [math.comb(order, k) * gain.real for k in range(order + 1)]
    return b, [value.real for value in a]


def solve(matrix, right):
    n = len(right)
    rows = [row[:] + [value] for row, value in zip(matrix, right)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(n):
            if r != i:
                share = rows[r][i] / rows[i][i]
                rows[r] = [x - share * y for x, y in zip(rows[r], rows[i])]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def steady_state(b, a):
    """State of the transposed direct form II under a constant input of 1."""
    n = len(a) - 1
    # z = A z + B with A[i] = -a[i+1] z0 + z[i+1], B[i] = b[i+1] - a[i+1] b0
    matrix = [[(1.0 if i == j else 0.0) + (a[i + 1] if j == 0 else 0.0) - (1.0 if j == i + 1 else 0.0) for j in range(n)]
              for i in range(n)]
    return solve(matrix, [b[i + 1] - a[i + 1] * b[0] for i in range(n)])


def run(b, a, values, state):
    state, out = state[:], []
    for x in values:
        y = b[0] * x + state[0]
        for i in range(len(state)):
            state[i] = b[i + 1] * x - a[i + 1] * y + (state[i + 1] if i + 1 < len(state) else 0.0)
        out.append(y)
    return out


def filtfilt(values):
    if signal is not None:
        return [float(v) for v in signal.filtfilt(*signal.butter(6, 0.05), values)]
    b, a = butterworth(6, 0.05)
    pad = 3 * len(a)
    head = [2 * values[0] - v for v in values[pad:0:-1]]
    tail = [2 * values[-1] - v for v in values[-2 : -pad - 2 : -1]]
    extended, z = head + values + tail, steady_state(b, a)
    forth = run(b, a, extended, [v * extended[0] for v in z])[::-1]
    back = run(b, a, forth, [v * forth[0] for v in z])[::-1]
    return back[pad : len(back) - pad]


# ---------------------------------------------------------------------------------------------- rtk_player


class Player:
    def __init__(self, text, percent=100.0, complete=False, replan=False):
        lines = [line for line in text.splitlines() if line.strip()]
        names = [name.strip() for name in lines[0].split(",")]
        table = [[float(cell) for cell in line.split(",")] for line in lines[1:]]
        self.data = {name: [row[i] for row in table] for i, name in enumerate(names)}
        self.data["acceleration"] = filtfilt(self.data["acceleration"])
        self.n, self.mult, self.complete, self.always = len(table), percent / 100, complete, replan
        self.start = self.closest = self.sequence = 0
        self.auto, self.car = False, None

    def restart(self, now):
        best, found = math.inf, self.start
        for i in range(max(self.start - 500, 0), min(self.start + 500, self.n)):
            distance = self.squared(i)
            if distance <= best:
                best, found = distance, i
        self.start = self.closest = found
        self.started = now

    def squared(self, i):
        return (self.car[0] - self.data["x"][i]) ** 2 + (self.car[1] - self.data["y"][i]) ** 2

    def cycle(self, line):
        if "localization" in line:
            position = line["localization"]["pose"]["position"]
            self.car = (position["x"], position["y"])
        if "chassis" in line:
            self.auto = line["chassis"].get("driving_mode") == AUTO
        if self.car is None:
            return None
        now, d = line["now"], self.data
        header = {"timestamp_sec": now, "module_name": "planning", "sequence_num": self.sequence}
        self.sequence += 1
        if self.always or self.sequence <= 1 or not self.auto:
            self.restart(now)
        else:
            while d["time"][self.start] - d["time"][self.closest] < now - self.started and self.start < self.n - 1:
                self.start += 1
        if self.squared(self.start) > 4.0:
            self.restart(now)
        if self.complete:
            self.start, end = 0, self.n - 1
        else:
            self.start = max(self.start - 100, 0)
            end = min(self.start + 1000, self.n - 1)
        points = [{"x": d["x"][i], "y": d["y"][i], "z": d["z"][i], "speed": d["speed"][i] * self.mult,
                   "acceleration_s": d["acceleration"][i] * self.mult, "curvature": d["curvature"][i],
                   "curvature_change_rate": d["curvature_change_rate"][i],
                   "relative_time": (d["time"][i] - d["time"][self.closest]) / self.mult - (now - self.started),
                   "theta": d["theta"][i], "accumulated_s": d["s"][i]} for i in range(self.start, end)]
        return {"header": header, "adc_trajectory_point": points, "estop": {"is_estop": False},
                "total_path_length": d["s"][end] - d["s"][self.start],
                "total_path_time": d["time"][end] - d["time"][self.start], "gear": GEARS[int(d["gear"][self.start])]}


# ---------------------------------------------------------------------------------------------- RTK replay planner


class Planner:
    FIELDS = ["x", "y", None, "speed", "acceleration_s", "curvature", None, "relative_time", "theta", None, "accumulated_s"]

    def __init__(self, text):
        self.path, self.last, self.sequence = [], None, 0
        self.localization = self.chassis = None
        for line in text.split("\n")[1:]:
            if line == "":
                break
            tokens = [token for token in re.split("[\t ]", line) if token]
            if len(tokens) >= 11:
                numbers = [float(re.match(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", token).group()) for token in tokens[:11]]
                self.path.append({name: value for name, value in zip(self.FIELDS, numbers) if name})

    def plan(self, x, y):
        n = len(self.path)
        if n < 2:
            return None
        m = min(range(n), key=lambda i: (self.path[i]["x"] - x) ** 2 + (self.path[i]["y"] - y) ** 2)
        end = n - 1 if m + 800 >= n else m + 799
        zero = self.path[m]["relative_time"]
        points = [{**p, "relative_time": p["relative_time"] - zero} for p in self.path[m : end + 1]]
        while len(points) < 800:
            points.append({**points[-1], "relative_time": points[-1]["relative_time"] + 0.01})
        return points

    def cycle(self, line):
        self.localization = line.get("localization", self.localization)
        self.chassis = line.get("chassis", self.chassis)
        if self.localization is None or self.chassis is None:
            return None
        begin = line["now"] + 0.2
        position = self.localization["pose"]["position"]
        x, y = position["x"], position["y"]
        points = None
        if self.chassis.get("driving_mode") == AUTO and self.last is not None:
            header_time, old = self.last
            at = next((i for i, p in enumerate(old) if p["relative_time"] >= begin - header_time), len(old) - 1)
            p = old[at]
            if math.hypot(p["x"] - x, p["y"] - y) < 2.0:
                points = self.plan(p["x"], p["y"])
                if points is not None:
                    points = [{**q, "relative_time": q["relative_time"] - p["relative_time"]} for q in old[max(at - 10, 0) : at]] + points
                else:
                    self.last = None
                    return None
        if points is None:
            points = self.plan(x, y)
        if points is None:
            self.last = None
            return None
        self.last = (begin, points)
        self.sequence += 1
        return {"header": {"timestamp_sec": begin, "module_name": "planning", "sequence_num": self.sequence},
                "adc_trajectory_point": points}


# ---------------------------------------------------------------------------------------------- recorder


def float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def printed(value):
    """`str()` of a number in Python 2."""
    text = "%.12g" % value
    return text if isinstance(value, int) or any(c in text for c in ".en") else text + ".0"


class Recorder:
    def __init__(self):
        self.chassis, self.speed, self.curvature, self.s, self.moving = None, 0.0, 0.0, 0.0, False

    def row(self, line):
        self.chassis = line.get("chassis", self.chassis)
        chassis = self.chassis
        if chassis is None or "speed_mps" not in chassis or "steering_percentage" not in chassis:
            return None
        speed, steering, pose = float32(chassis["speed_mps"]), float32(chassis["steering_percentage"]), line["localization"]["pose"]
        acceleration = 0 if self.speed < 1e-9 and speed < 1e-9 else pose["linear_acceleration_vrf"]["y"]
        curvature = math.tan(math.radians(steering / 100 * 470) / 16) / 2.85
        rate = (curvature - self.curvature) / (speed * 0.01) if abs(speed) >= 1e-9 else 0
        self.speed, self.curvature = speed, curvature  # also before the car moves: garage.csv begins with such a rate
        self.moving = self.moving or abs(speed) >= 1e-9
        if not self.moving:
            return None
        self.s += speed * 0.01
        position, gear = pose["position"], GEARS.index(chassis["gear_location"])
        ends = [float32(chassis["throttle_percentage"]), float32(chassis["brake_percentage"]), steering]
        values = [position["x"], position["y"], position["z"], speed, acceleration, curvature, rate, None, pose["heading"], gear, self.s, *ends]
        stamp = "%.4f" % line["localization"]["header"]["timestamp_sec"]
        return ", ".join(stamp if value is None else printed(value) for value in values)


# ---------------------------------------------------------------------------------------------- cases


def drive(rng, rows, step=0.01):
    """A smooth random drive with a stop at both ends, as the recorder prints it."""
    x, y, theta, s, v, time = rng.uniform(5e5, 6e5), rng.uniform(4e6, 5e6), rng.uniform(-3, 3), 0.0, 0.0, 1.49e9 + rng.random()
    text, phase, before = [",".join(COLUMNS)], rng.uniform(0, 6), 0.0
    for i in range(rows):
        v = max(0.0, 8 * math.sin(math.pi * i / rows) ** 2 + rng.gauss(0, 0.02))
        kappa = 0.08 * math.sin(i / 140 + phase)
        theta = (theta + v * kappa * 0.01 + math.pi) % (2 * math.pi) - math.pi
        x, y, s = x + v * math.cos(theta) * 0.01, y + v * math.sin(theta) * 0.01, s + v * 0.01
        time += step + rng.uniform(-0.0015, 0.0015)
        gear = 1 if i % 300 < 250 else rng.choice([0, 1, 2, 3])
        rate = (kappa - before) / (v * 0.01) if v else 0.0
        before = kappa
        cells = [x, y, rng.uniform(-40, 40), v, rng.gauss(0, 1.5), kappa, rate, None, theta, None, s, rng.uniform(0, 40), 0.0, kappa * 500]
        cells = ["%.4f" % time if c == "time" else str(gear) if c == "gear" else "%.12g" % value for c, value in zip(COLUMNS, cells)]
        text.append(", ".join(cells))
    return "\n".join(text) + "\n"


def lines(rng, text, count, period, first=0, auto_from=3, noise=0.05, silent=0):
    rows = [[float(c) for c in row.split(",")] for row in text.splitlines()[1:]]
    out, now, at = [], 1.5e9 + rng.random(), float(first)
    for k in range(count):
        row = rows[min(int(at), len(rows) - 1)]
        line = {"now": now}
        if k >= silent and rng.random() < 0.95:
            line["localization"] = {"header": {"timestamp_sec": now}, "pose": {"position": {
                "x": row[0] + rng.gauss(0, noise), "y": row[1] + rng.gauss(0, noise), "z": 0}}}
        if k == 0 or k == auto_from or rng.random() < 0.5:
            line["chassis"] = {"driving_mode": AUTO if k >= auto_from else rng.choice(["COMPLETE_MANUAL", "EMERGENCY_MODE"])}
            if rng.random() < 0.05: line["chassis"] = {}
        out.append(line)
        step = period * rng.uniform(0.8, 1.2)
        now, at = now + step, at + step * 100 * rng.uniform(0.9, 1.1)
    return out


def case(name, tool, text, inputs, options=(), source=None):
    source = source or (Player(text) if tool == "rtk_player" else Planner(text))
    output = [out for line in inputs if (out := source.cycle(line)) is not None]
    return {"name": f"{tool}: {name}", "command": ["planning", "replay", "--trajectory", "drive.csv", "--player", tool, *options],
            "files": {"drive.csv": text}, "input": inputs, "output": output,
            **({} if signal else {"tolerances": {"acceleration_s": 1e-6}})}


def recording(rng):
    lines = []
    for i in range(400):
        speed = rng.choice([0.0, rng.uniform(-3, 20), 1e-10, 123456.7, -2.0, 5.0]) if i > 10 else 0.0 if i < 8 else 1.5
        chassis = {"speed_mps": speed, "steering_percentage": rng.uniform(-100, 100), "gear_location": rng.choice(GEARS),
                   "throttle_percentage": rng.uniform(0, 100), "brake_percentage": rng.choice([0.0, 33.3, 1e-7])}
        for name in ("speed_mps", "steering_percentage"):
            if rng.random() < 0.03: chassis.pop(name)
        position = {"x": rng.choice([586000.125, 1e-7, 12345678.12345678, -0.5, 1e13, 0.1 + 0.2]), "y": rng.uniform(4e6, 5e6), "z": rng.choice([0.0, -3.25, 1e-5])}
        line = {"localization": {"header": {"timestamp_sec": 1.5e9 + i * 0.01 + rng.random() * 1e-3}, "pose": {
            "position": position, "heading": rng.uniform(-3, 3), "linear_acceleration_vrf": {"x": 0.1, "y": rng.uniform(-2, 2), "z": 0.0}}}}
        if rng.random() < 0.8 and i > 2: line["chassis"] = chassis
        lines.append(line)
    recorder = Recorder()
    rows = [row for line in lines if (row := recorder.row(line)) is not None]
    return {"name": "rtk_recorder", "command": ["planning", "record"], "input": lines, "output": [",".join(COLUMNS), *rows]}


def cases(seed):
    rng = random.Random(seed)
    yield recording(rng)
    long, short = drive(rng, 2300), drive(rng, 180)
    yield case("a drive from its start", "rtk_player", long, lines(rng, long, 8, 0.1))
    yield case("from the middle, in and out of automatic driving", "rtk_player", long,
               lines(rng, long, 6, 0.1, first=400, auto_from=2) + [{"now": 1.6e9, "chassis": {}}, {"now": 1.6e9 + 0.1}]
               + lines(rng, long, 3, 0.1, first=520, auto_from=0))
    yield case("far away, time back and time on", "rtk_player", long,
               lines(rng, long, 5, 0.1, first=1900, noise=3, auto_from=1) + lines(rng, long, 4, 4.0, first=1500, auto_from=0))
    yield case("to the end and beyond", "rtk_player", short, lines(rng, short, 25, 0.1, silent=3))
    for percent, complete, replan in ((50, False, False), (130.5, False, True), (100, True, False)):
        options = ["--speedmulti", str(percent)] + ["--complete"] * complete + ["--replan"] * replan
        yield case(" ".join(options), "rtk_player", short, lines(rng, short, 8, 0.1), options, Player(short, percent, complete, replan))
    yield case("a recording of 22 rows", "rtk_player", (tiny := drive(rng, 22)), lines(rng, tiny, 4, 0.1))
    # Columns are found by their names; blanks, CRLF and the missing last line end do not matter.
    shuffled = COLUMNS[:]
    rng.shuffle(shuffled)
    rows = [dict(zip(COLUMNS, (c.strip() for c in row.split(",")))) for row in short.splitlines()]
    mixed = "\r\n".join(",".join(row[name] for name in shuffled) for row in rows)
    yield case("columns in another order", "rtk_player", mixed, lines(rng, short, 4, 0.1))
    yield case("a drive from its start", "rtk_replay_planner", long, lines(rng, long, 8, 0.2))
    yield case("from the middle, losing the path", "rtk_replay_planner", long,
               lines(rng, long, 6, 0.2, first=700, auto_from=2, noise=0.8) + lines(rng, long, 3, 2.0, first=1400, auto_from=0))
    yield case("to the end and beyond", "rtk_replay_planner", short, lines(rng, short, 8, 0.2, silent=2))
    broken = short.splitlines()
    broken[7] = "1, 2, 3"
    broken[9] = broken[9].replace(", ", ",\t  ")
    broken[11] = " ".join(broken[11].replace(",", "").split())
    broken[150] = ""
    yield case("lines of another form", "rtk_replay_planner", "\n".join(broken), lines(rng, short, 6, 0.2))
    yield case("one point is no path", "rtk_replay_planner", "\n".join(short.splitlines()[:2]), lines(rng, short, 3, 0.2))


if __name__ == "__main__":
    json.dump(list(cases(int(sys.argv[1]) if len(sys.argv) > 1 else 1)), sys.stdout, allow_nan=False)
