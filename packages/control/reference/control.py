"""
Independent reference of the whole control module (component, lateral and longitudinal controller), written from its
description alone (Apollo 1.0, modules/control): another language, and no code shared with what it checks.

Prints one JSON array of cases {"name", "command", "files", "input": [...], "output": [...]} for a seed:

    python3 control.py 7
"""
import bisect
import json
import math
import operator
import random
import re
import struct
import sys
from pathlib import Path

CONF = (Path(__file__).parent / "../conf/lincoln.pb.txt").read_text()
PI = math.pi


def float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def clamp(value, limit):
    return min(max(value, -limit), limit)


def normalize(angle):
    m = math.fmod(angle + PI, 2 * PI)
    return (m + 2 * PI if m < 0 else m) - PI


# ---------------------------------------------------------------------------------------------- configuration


def block(text, name):
    """The text between the braces of the first `name { … }`."""
    start = re.search(rf"\b{name}\s*:?\s*\{{", text).end()
    depth, at = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return text[start : at - 1]


def field(text, name):
    value = re.findall(rf"\b{name}\s*:\s*(\S+)", text)
    return (value[0] == "true") if value[0] in ("true", "false") else float(value[0])


class Conf:
    def __init__(self, text):
        lat, lon = block(text, "lat_controller_conf"), block(text, "lon_controller_conf")
        for name in ("ts", "preview_window", "cf", "cr", "wheelbase", "mass_fl", "mass_fr", "mass_rl", "mass_rr", "eps", "cutoff_freq",
                     "mean_filter_window_size", "steer_transmission_ratio", "steer_single_direction_max_degree", "max_iteration"):
            setattr(self, name, field(lat, name))
        self.window = int(self.preview_window)
        self.matrix_q = [float(v) for v in re.findall(r"matrix_q\s*:\s*(\S+)", lat)]
        head = lon.split("calibration_table")[0]
        for name in ("ts", "brake_deadzone", "throttle_deadzone", "speed_controller_input_limit", "station_error_limit",
                     "preview_window", "standstill_acceleration", "switch_speed"):
            setattr(self, "lon_" + name, field(head, name))
        pid = lambda name: {k: field(block(head, name), k) for k in ("integrator_enable", "integrator_saturation_level", "kp", "ki", "kd")}
        self.station, self.low, self.high = pid("station_pid_conf"), pid("low_speed_pid_conf"), pid("high_speed_pid_conf")
        self.table = {}
        for s, a, c in re.findall(r"speed:\s*(\S+)\s+acceleration:\s*(\S+)\s+command:\s*(\S+)", lon):
            self.table.setdefault(float(s), {})[float(a)] = float(c)
        rest = text.replace(block(text, "lon_controller_conf"), "").replace(lat, "")
        self.soft_estop_brake = field(rest, "soft_estop_brake")
        self.periods = {k: field(rest, k + "_period") for k in ("localization", "chassis", "trajectory")}


# ---------------------------------------------------------------------------------------------- building blocks


def between(low, d_low, high, d_high):
    if d_low < 1e-6:
        return low
    if d_high < 1e-6:
        return high
    return low + (high - low) * d_low / (d_low + d_high)


def look_up(rows, x, inner):
    keys = sorted(rows)
    if x >= keys[-1] - 1e-6:
        return inner(rows[keys[-1]])
    if x <= keys[0] + 1e-6:
        return inner(rows[keys[0]])
    i = bisect.bisect_left(keys, x)
    return between(inner(rows[keys[i - 1]]), abs(x - keys[i - 1]), inner(rows[keys[i]]), abs(keys[i] - x))


class Pid:
    def __init__(self, conf):
        self.enabled, self.limit = conf["integrator_enable"], abs(conf["integrator_saturation_level"])
        self.gains(conf)
        self.reset()

    def gains(self, conf):
        self.kp, self.ki, self.kd = conf["kp"], conf["ki"], conf["kd"]

    def reset(self):
        self.before, self.integral, self.first, self.output = 0.0, 0.0, True, 0.0

    def control(self, error, dt):
        if dt <= 0:
            return self.output
        change = 0.0 if self.first else (error - self.before) / dt
        self.first = False
        self.integral = clamp(self.integral + error * dt * self.ki, self.limit) if self.enabled else 0.0
        self.before = error
        self.output = self.kp * error + self.integral + self.kd * change
        return self.output


def inverse(matrix):
    n = len(matrix)
    rows = [row[:] + [float(i == j) for j in range(n)] for i, row in enumerate(matrix)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for r in range(n):
            if r != i and rows[r][i]:
                share = rows[r][i]
                rows[r] = [a - share * b for a, b in zip(rows[r], rows[i])]
    return [row[n:] for row in rows]


def dot(a, b):
    return sum(map(operator.mul, a, b))


def times(a, b):
    columns = list(zip(*b))
    return [[dot(row, column) for column in columns] for row in a]


# ---------------------------------------------------------------------------------------------- trajectory


class Path_:
    def __init__(self, message):
        get = lambda p, name: float(p.get(name, 0.0))
        self.points = [{"x": get(p, "x"), "y": get(p, "y"), "theta": get(p, "theta"), "kappa": get(p, "curvature"),
                        "s": get(p, "accumulated_s"), "v": get(p, "speed"), "a": get(p, "acceleration_s"), "t": get(p, "relative_time")}
                       for p in message["adc_trajectory_point"]]
        header = message.get("header", {})
        self.time, self.sequence = header.get("timestamp_sec", 0.0), header.get("sequence_num", 0)

    def nearest(self, x, y):
        return min(range(len(self.points)), key=lambda i: (self.points[i]["x"] - x) ** 2 + (self.points[i]["y"] - y) ** 2)

    def by_time(self, t):
        points = self.points
        low, high = 0, len(points)
        while low < high:  # std::lower_bound
            middle = (low + high) // 2
            low, high = (middle + 1, high) if points[middle]["t"] < t else (low, middle)
        if low == 0:
            return points[0]
        if low == len(points):
            return points[-1]
        return points[low] if points[low]["t"] - t < t - points[low - 1]["t"] else points[low - 1]

    def matched(self, x, y):
        i = self.nearest(x, y)
        p, q = self.points[max(i - 1, 0)], self.points[min(i + 1, len(self.points) - 1)]
        if p is q or abs(p["s"] - q["s"]) <= 2.220446049250313e-16 * max(abs(p["s"]), abs(q["s"])):
            return p
        span = q["s"] - p["s"]

        def at(s):
            mix = lambda k: p[k] if abs(span) <= 1e-10 else p[k] + (s - p["s"]) / span * (q[k] - p[k])
            return {**p, "x": mix("x"), "y": mix("y"), "kappa": mix("kappa"), "s": s}

        def squared(s):
            r = at(s)
            return (r["x"] - x) ** 2 + (r["y"] - y) ** 2

        a, b = p["s"], q["s"]
        t = (b - a) / 1.618033989
        c, d = b - t, a + t
        while abs(c - d) > 1e-6:
            if squared(c) < squared(d):
                b = d
            else:
                a = c
            t = (b - a) / 1.618033989
            c, d = b - t, a + t
        s = (a + b) / 2
        found = at(s)
        if abs(span) <= 1e-10:
            found["theta"] = normalize(p["theta"])
        else:
            first, last = normalize(p["theta"]), normalize(q["theta"])
            turn = last - first
            turn -= 2 * PI if turn > PI else -2 * PI if turn < -PI else 0.0
            found["theta"] = normalize(first + turn * ((s - p["s"]) / span))
        return found


class State:
    """Of the vehicle, from localization and chassis."""

    def __init__(self, localization, chassis, unify):
        pose = localization.get("pose", {})
        position = pose.get("position", {})
        self.x, self.y = position["x"], position["y"]
        q = pose.get("orientation")
        if q is None:
            self.forward = (0.0, 1.0)
            self.right = (1.0, 0.0)
        else:
            w, x, y, z = q["qw"], q["qx"], q["qy"], q["qz"]
            self.right = (1 - 2 * (y * y + z * z), 2 * (x * y + w * z))
            self.forward = (2 * (x * y - w * z), 1 - 2 * (x * x + z * z))
        if "heading" in pose:
            self.heading = pose["heading"]
        else:
            self.heading = normalize(math.atan2(2 * (w * z - x * y), 2 * (w * w + y * y) - 1) + PI / 2)
        self.v = float32(chassis["speed_mps"]) if "speed_mps" in chassis else 0.0
        self.w = pose["angular_velocity_vrf" if unify else "angular_velocity"]["z"]

    def offset(self, right, forward):
        return (self.x + self.right[0] * right + self.forward[0] * forward, self.y + self.right[1] * right + self.forward[1] * forward)

    def after(self, t, v):
        if abs(self.w) < 1e-4:
            return self.offset(0.0, v * t)
        return self.offset(-v / self.w * (1 - math.cos(self.w * t)), math.sin(self.w * t) * v / self.w)


# ---------------------------------------------------------------------------------------------- controllers


class Lateral:
    def __init__(self, conf, flags):
        self.c, self.flags = conf, flags
        front, rear = conf.mass_fl + conf.mass_fr, conf.mass_rl + conf.mass_rr
        self.m = front + rear
        self.lf, self.lr = conf.wheelbase * (1 - front / self.m), conf.wheelbase * (1 - rear / self.m)
        self.iz = self.lf**2 * front + self.lr**2 * rear
        alpha = 2 * PI * conf.cutoff_freq * conf.ts / 2
        t = math.sqrt(2) * alpha + alpha * alpha
        g = alpha * alpha / (1 + t)
        self.num = [g, 2 * g, g]
        self.den = [2 * (alpha * alpha - 1) / (1 + t), (1 - math.sqrt(2) * alpha + alpha * alpha) / (1 + t)]
        self.xs, self.ys, self.values = [0.0, 0.0], [0.0, 0.0], []
        self.sum = 0.0
        self.reset()

    def reset(self):
        self.before = (0.0, 0.0)

    def error(self, path, x, y):
        p = path.points[path.nearest(x, y)]
        dx, dy = x - p["x"], y - p["y"]
        return math.sin(math.atan2(dy, dx) - p["theta"]) * math.sqrt(dx * dx + dy * dy), p

    def errors(self, path, s, v):
        x, y = s.offset(0.0, self.lr)
        ts, future = self.c.ts, []
        if self.flags["use_state_exact_match"]:
            p = path.points[path.nearest(x, y)]
            across = lambda r, px, py: math.cos(r["theta"]) * (py - r["y"]) - math.sin(r["theta"]) * (px - r["x"])
            turned = normalize(s.heading - p["theta"])
            state = [across(p, x, y), v * math.sin(turned), turned, s.w - p["kappa"] * p["v"]]
            for i in range(self.c.window):
                q = path.by_time(ts * (i + 1))
                future.append(across(path.points[path.nearest(q["x"], q["y"])], q["x"], q["y"]))
        else:
            raw, p = self.error(path, x, y)
            if len(self.values) == self.c.mean_filter_window_size:
                self.sum -= self.values.pop(0)
            self.values.append(raw)
            self.sum += raw  # never summed up anew: the residue of rounding stays
            n = len(self.values)
            e, turned = (self.sum - min(self.values) - max(self.values)) / (n - 2) if n > 2 else self.sum / n, normalize(s.heading - p["theta"])
            state = [e, (e - self.before[0]) / ts, turned, (turned - self.before[1]) / ts]
            self.before = (e, turned)
            future = [self.error(path, *s.after(ts * (i + 1), v))[0] for i in range(self.c.window)]
        return state + future, p

    def gain(self, v):
        c, n = self.c, 4 + self.c.window
        both = c.cf + c.cr
        a = [[0.0] * 4 for _ in range(4)]
        a[0][1] = a[2][3] = 1.0
        a[1][1], a[1][2], a[1][3] = -both / (self.m * v), both / self.m, (self.lr * c.cr - self.lf * c.cf) / (self.m * v)
        a[3][1], a[3][2] = (self.lr * c.cr - self.lf * c.cf) / (self.iz * v), (self.lf * c.cf - self.lr * c.cr) / self.iz
        a[3][3] = -(self.lf**2 * c.cf + self.lr**2 * c.cr) / (self.iz * v)
        half = [[c.ts / 2 * value for value in row] for row in a]
        plus = [[float(i == j) + half[i][j] for j in range(4)] for i in range(4)]
        minus = [[float(i == j) - half[i][j] for j in range(4)] for i in range(4)]
        small = times(plus, inverse(minus))
        big = [row + [0.0] * c.window for row in small] + [[0.0] * n for _ in range(c.window)]
        b = [0.0, c.cf / self.m * c.ts, 0.0, self.lf * c.cf / self.iz * c.ts] + [0.0] * c.window
        for i in range(c.window - 1):
            big[4 + i][5 + i] = 1.0
        if c.window:
            b[-1] = 1.0
        turned = [list(column) for column in zip(*big)]
        p = [[c.matrix_q[i] if i == j else 0.0 for j in range(n)] for i in range(n)]

        def row():
            pb = [dot(line, b) for line in p]
            pa = times(p, big)
            return pa, pb, 1 + dot(b, pb), [dot(b, column) for column in zip(*pa)]

        for _ in range(int(c.max_iteration)):
            pa, pb, s, bpa = row()
            apa = times(turned, pa)
            new = []
            for i, line in enumerate(apa):
                share = dot(turned[i], pb) / s
                new.append([value - share * b_j for value, b_j in zip(line, bpa)])
                new[i][i] += c.matrix_q[i]
            change = abs(max(max(map(operator.sub, a, b_)) for a, b_ in zip(new, p)))
            p = new
            if change < c.eps:
                break
        _, _, s, bpa = row()
        return [value / s for value in bpa]

    def control(self, path, s, chassis, command, debug):
        c, v = self.c, max(s.v, 1.0)
        state, p = self.errors(path, s, v)
        k = self.gain(v)
        unit = 180 / PI * c.steer_transmission_ratio / c.steer_single_direction_max_degree * 100
        parts = [-gain * value * unit for gain, value in zip(k, state)]
        back = sum(parts)
        kv = self.lr * self.m / (2 * c.cf * c.wheelbase) - self.lf * self.m / (2 * c.cr * c.wheelbase)
        kappa = p["kappa"]
        forth = (c.wheelbase * kappa + kv * v * v * kappa
                 - k[2] * (self.lr * kappa - self.lf * self.m * v * v * kappa / (2 * c.cr * c.wheelbase))) * unit
        u = clamp(back + forth, 100.0)
        out = self.num[0] * u + self.num[1] * self.xs[0] + self.num[2] * self.xs[1] - self.den[0] * self.ys[0] - self.den[1] * self.ys[1]
        self.xs, self.ys = [u, self.xs[0]], [out, self.ys[0]]
        command["steering_target"], command["steering_rate"] = out, self.flags["steer_angle_rate"]
        debug["simple_lat_debug"] = {
            "lateral_error": state[0], "lateral_error_rate": state[1], "heading_error": state[2], "heading_error_rate": state[3],
            "ref_heading": p["theta"], "heading": s.heading, "curvature": kappa, "steer_angle": out, "steer_angle_feedforward": forth,
            "steer_angle_lateral_contribution": parts[0], "steer_angle_lateral_rate_contribution": parts[1],
            "steer_angle_heading_contribution": parts[2], "steer_angle_heading_rate_contribution": parts[3],
            "steer_angle_feedback": back, "steering_position": float32(chassis["steering_percentage"]), "ref_speed": v}


class Longitudinal:
    def __init__(self, conf, flags):
        self.c, self.flags, self.path = conf, flags, None
        self.station, self.speed = Pid(conf.station), Pid(conf.low)

    def reset(self):
        self.station.reset()
        self.speed.reset()

    def control(self, now, message, s, command, debug):
        c, sequence = self.c, message.get("header", {}).get("sequence_num", 0)
        if self.path is None or self.path.sequence != sequence:
            self.path = Path_(message)
        path = self.path
        r = path.matched(s.x, s.y)
        dx, dy, cos, sin = s.x - r["x"], s.y - r["y"], math.cos(r["theta"]), math.sin(r["theta"])
        station, across = r["s"] + dx * cos + dy * sin, cos * dy - sin * dx
        below = 1 - r["kappa"] * across
        speed = s.v * math.cos(s.heading - r["theta"]) / (below if below > 0 else 0.01)
        here, ahead = path.by_time(now - path.time), path.by_time(now + c.lon_preview_window * c.lon_ts - path.time)
        preview = self.flags["enable_speed_station_preview"]
        e_s = clamp((ahead if preview else here)["s"] - station, c.lon_station_error_limit)
        offset = self.station.control(e_s, c.lon_ts)
        e_v = clamp(offset + (ahead if preview else here)["v"] - speed, c.lon_speed_controller_input_limit)
        self.speed.gains(c.low if s.v <= c.lon_switch_speed else c.high)
        closed = self.speed.control(e_v, c.lon_ts)
        demand = closed + ahead["a"]
        stop = abs(ahead["a"]) <= self.flags["max_acceleration_when_stopped"] and abs(ahead["v"]) <= self.flags["max_abs_speed_when_stopped"]
        if stop:
            demand = c.lon_standstill_acceleration
        value = look_up(c.table, ahead["v"] if self.flags["use_preview_speed_for_table"] else s.v,
                        lambda inner: look_up(inner, demand, lambda v: v))
        throttle, brake = (max(value, c.lon_throttle_deadzone), 0.0) if value >= 0 else (0.0, max(-value, c.lon_brake_deadzone))
        command["throttle"], command["brake"] = throttle, brake
        debug["simple_lon_debug"] = {
            "station_reference": here["s"], "station_error": here["s"] - station, "station_error_limited": e_s,
            "preview_station_error": ahead["s"] - station, "speed_reference": here["v"], "speed_error": here["v"] - speed,
            "speed_controller_input_limited": e_v, "preview_speed_reference": ahead["v"], "preview_speed_error": ahead["v"] - speed,
            "preview_acceleration_reference": ahead["a"], "acceleration_cmd_closeloop": closed, "acceleration_cmd": demand,
            "acceleration_lookup": demand, "speed_lookup": s.v, "calibration_value": value, "throttle_cmd": throttle,
            "brake_cmd": brake, "is_full_stop": stop}


# ---------------------------------------------------------------------------------------------- component


class Control:
    def __init__(self, conf, flags):
        self.conf, self.flags = conf, flags
        self.begin()

    def begin(self):
        self.lateral, self.longitudinal = Lateral(self.conf, self.flags), Longitudinal(self.conf, self.flags)
        self.latest, self.taken, self.estop, self.sequence = {}, {}, False, 0

    def check(self, now):
        for name, text in (("localization", "localization"), ("chassis", "chassis"), ("trajectory", "planning")):
            if name not in self.latest:
                return f"No {text} msg"
            self.taken[name] = self.latest[name]
        if self.flags["enable_input_timestamp_check"]:
            for name, flag in (("localization", "localization"), ("chassis", "chassis"), ("trajectory", "planning")):
                age = now - self.taken[name].get("header", {}).get("timestamp_sec", 0.0)
                if age > self.flags[f"max_{flag}_miss_num"] * self.conf.periods[name]:
                    return f"{name.capitalize()} msg timeout"
        return None

    def cycle(self, line):
        now = line["now"]
        if line.get("reset"):
            self.begin()
        for name in ("localization", "chassis", "trajectory"):
            if name in line:
                self.latest[name] = line[name]
        if "pad" in line and line["pad"].get("action", "STOP") == "RESET":
            self.estop = False
        if any(item.get("log_level") == "FATAL" for item in line.get("monitor", {}).get("item", [])):
            self.estop = True
        command = {"gear_location": "GEAR_DRIVE", "latency_stats": {"total_time_ms": 0}}
        problem = self.check(now)
        trajectory = self.taken.get("trajectory", {})
        self.estop = self.estop or problem is not None or trajectory.get("estop", {}).get("is_estop", False)
        if not self.estop:
            chassis = self.taken["chassis"]
            if chassis.get("driving_mode", "COMPLETE_MANUAL") == "COMPLETE_MANUAL":
                self.lateral.reset()
                self.longitudinal.reset()
            names = {"localization": "localization", "canbus": "chassis", "trajectory": "trajectory"}
            debug = {"input_debug": {f"{k}_header": self.taken[v].get("header", {}) for k, v in names.items()}}
            state = State(self.taken["localization"], chassis, self.flags["enable_map_reference_unify"])
            self.lateral.control(Path_(trajectory), state, chassis, command, debug)
            self.longitudinal.control(now, trajectory, state, command, debug)
            command["debug"] = debug
            command["latency_stats"]["controller_time_ms"] = [0, 0]
        else:
            command.update(speed=0, throttle=0, brake=self.conf.soft_estop_brake)
        if "signal" in trajectory:
            command["signal"] = trajectory["signal"]
        if "pad" in line:
            command["pad_msg"] = line["pad"]
        self.sequence += 1
        status = {"error_code": "CONTROL_COMPUTE_ERROR", "msg": problem} if problem else {"error_code": "OK"}
        command["header"] = {"module_name": "control", "timestamp_sec": now, "sequence_num": self.sequence, "status": status}
        return command


# ---------------------------------------------------------------------------------------------- cases

DEFAULTS = {"use_state_exact_match": False, "enable_speed_station_preview": True, "use_preview_speed_for_table": False,
            "enable_map_reference_unify": True, "enable_input_timestamp_check": True, "steer_angle_rate": 100,
            "max_localization_miss_num": 20, "max_chassis_miss_num": 20, "max_planning_miss_num": 20,
            "max_acceleration_when_stopped": 0.01, "max_abs_speed_when_stopped": 0.01}
EXACT = {"use_state_exact_match": True, "enable_speed_station_preview": False}


def case(name, lines, flags=None, text=CONF):
    control = Control(Conf(text), {**DEFAULTS, **(flags or {})})
    given = [f"{k}={str(v).lower()}" for k, v in (flags or {}).items()]
    return {"name": name, "command": ["control", "replay", "--conf", "control.pb.txt"] + (["--flags", ",".join(given)] if given else []),
            "files": {"control.pb.txt": text}, "input": lines, "output": [control.cycle(line) for line in lines], "tolerance": 1e-7}


class Road:
    """A winding road with a speed profile, and a car that is never quite where it should be."""

    def __init__(self, rng, top=14.0, base=None):
        self.rng, self.top = rng, top
        self.base = base if base is not None else 1.49e9 + rng.uniform(0, 1e7)
        self.x, self.y, self.turn, self.phase = rng.uniform(5e5, 6e5), rng.uniform(4e6, 5e6), rng.uniform(-PI, PI), rng.uniform(0, 6)
        self.rows = []
        x, y, theta, s = self.x, self.y, self.turn, 0.0
        for i in range(1600):
            v = max(0.0, top * math.sin(i / 300 + self.phase) * 0.5 + top * 0.4)
            kappa = 0.05 * math.sin(i / 90 + self.phase)
            self.rows.append([x, y, theta, kappa, s, v, top * 0.5 / 3 * math.cos(i / 300 + self.phase)])
            x, y, s = x + v * math.cos(theta) * 0.01, y + v * math.sin(theta) * 0.01, s + v * 0.01
            theta = normalize(theta + v * kappa * 0.01)

    def trajectory(self, first, count, time, sequence, behind=30, **more):
        points = []
        for i in range(max(first - behind, 0), min(first - behind + count, len(self.rows))):
            x, y, theta, kappa, s, v, a = self.rows[i]
            points.append({"x": x, "y": y, "theta": theta, "curvature": kappa, "accumulated_s": s, "speed": v, "acceleration_s": a,
                           "relative_time": (i - first) * 0.01})
        return {"header": {"timestamp_sec": time, "sequence_num": sequence, "module_name": "planning"}, "adc_trajectory_point": points, **more}

    def localization(self, at, now, drift, quaternion=True):
        x, y, theta, kappa, _, v, _ = self.rows[min(max(at, 0), len(self.rows) - 1)]
        heading = normalize(theta + self.rng.gauss(0, 0.05) + drift * 0.05)
        half = (heading - PI / 2) / 2
        pose = {"position": {"x": x + self.rng.gauss(0, 0.05) + drift, "y": y + self.rng.gauss(0, 0.05), "z": 12.5}, "heading": heading,
                "angular_velocity": {"x": 0.0, "y": 0.01, "z": kappa * v - 0.01},
                "angular_velocity_vrf": {"x": 0.0, "y": 0.0, "z": kappa * v + self.rng.gauss(0, 0.01)},
                "linear_acceleration": {"x": 0.1, "y": 0.2, "z": 0.0}, "linear_acceleration_vrf": {"x": 0.0, "y": 0.3, "z": 0.0}}
        if quaternion:
            pose["orientation"] = {"qx": 0.002, "qy": -0.001, "qz": math.sin(half), "qw": math.cos(half)}
        return {"header": {"timestamp_sec": now, "sequence_num": at + 1, "module_name": "localization"}, "pose": pose}

    def chassis(self, at, now, mode="COMPLETE_AUTO_DRIVE", speed=None):
        v = self.rows[min(max(at, 0), len(self.rows) - 1)][5] + self.rng.gauss(0, 0.2) if speed is None else speed
        return {"header": {"timestamp_sec": now}, "driving_mode": mode, "speed_mps": v, "steering_percentage": self.rng.uniform(-60, 60)}

    def drive(self, count, first=40, points=120, every=10, manual=5, drift=0.0, **options):
        lines = []
        for c in range(count):
            now, at = self.base + 0.01 * c, first + c
            line = {"now": now, "localization": self.localization(at, now - 0.004, drift * math.sin(c / 50), **options),
                    "chassis": self.chassis(at, now - 0.002, "COMPLETE_MANUAL" if c < manual else "COMPLETE_AUTO_DRIVE")}
            if c % every == 0:
                line["trajectory"] = self.trajectory(at, points, now, c // every + 1)
            lines.append(line)
        return lines


def cases(seed):
    rng = random.Random(seed)
    yield case("code defaults", Road(rng).drive(100, points=60, drift=0.5))
    yield case("shipped flags", Road(rng).drive(100, points=60, drift=0.5), EXACT)
    yield case("a thousand points", Road(rng).drive(12, points=1000, first=200, every=5), EXACT)
    yield case("preview of the lateral error", Road(rng).drive(40, points=60), {}, with_preview(CONF, 5))
    yield case("preview of the lateral error, exact match", Road(rng).drive(40, points=60), EXACT, with_preview(CONF, 3))
    yield case("no orientation", Road(rng).drive(40, quaternion=False))
    other = {"enable_map_reference_unify": False, "use_preview_speed_for_table": True, "steer_angle_rate": 61.5}
    yield case("other flags", Road(rng, top=4).drive(80, points=60), other)
    yield case("other gains", Road(rng).drive(80, points=60, drift=3), EXACT, other_gains(CONF))

    # Heading from the quaternion, speeds below zero, at the switch, at standstill; gears that nobody asked for.
    road = Road(rng)
    lines = road.drive(110, points=60)
    for c, line in enumerate(lines):
        if c % 3 == 0: line["localization"]["pose"].pop("heading")
        if c % 7 == 1: line["chassis"]["speed_mps"] = rng.choice([-3.0, -0.5, 0.0, 1.0, 2.0, 2.0000002, 0.1, 45.0])
        if c % 4 == 0: line["chassis"]["gear_location"] = rng.choice(["GEAR_REVERSE", "GEAR_NEUTRAL", "GEAR_PARKING"])
        if c % 11 == 0: line["chassis"]["driving_mode"] = rng.choice(["COMPLETE_MANUAL", "AUTO_STEER_ONLY", "EMERGENCY_MODE"])
        if c % 13 == 0: line["chassis"].pop("driving_mode", None)
        if c % 17 == 0 and "trajectory" in line: line["trajectory"]["gear"] = "GEAR_REVERSE"
    yield case("speeds, gears and modes", lines, EXACT)

    # The life of an e-stop: inputs that are not there yet, silence, planning's stop, FATAL, and RESET, START and STOP between.
    road = Road(rng)
    lines = road.drive(220, manual=0, points=30)
    for c, line in enumerate(lines):
        if c < 2: line.pop("localization")
        if c < 4: line.pop("chassis")
        if c < 10 or c % 10 == 0:
            if c < 6: line.pop("trajectory", None)
            elif "trajectory" not in line: line["trajectory"] = road.trajectory(40 + c, 50, line["now"], 100 + c)
        if "trajectory" in line and c % 20 == 0:
            line["trajectory"]["signal"] = rng.choice([{"turn_signal": "TURN_LEFT"}, {"turn_signal": "TURN_RIGHT", "horn": True}, {}])
        if c in (90, 150): line["trajectory"]["estop"] = {"is_estop": True}
        if c == 160: line["trajectory"]["estop"] = {"is_estop": False}
        if c in (12, 70, 95, 130, 155, 165, 190): line["pad"] = {"action": "RESET", "driving_mode": "COMPLETE_MANUAL", "header": {"module_name": "terminal"}}
        if c in (14, 75): line["pad"] = {"action": "START"}
        if c == 20: line["pad"] = {}
        if c == 21: line["monitor"] = {"item": [{"log_level": "ERROR", "msg": "no"}]}
        if c == 120: line["monitor"] = {"item": [{"log_level": "WARN"}, {"log_level": "FATAL", "source": "CANBUS"}]}
        if 30 <= c < 62: line.pop("localization")
        if 100 <= c < 110: line["chassis"]["header"]["timestamp_sec"] -= rng.choice([0.15, 0.19])
        if c == 180: line["chassis"]["header"]["timestamp_sec"] -= 0.25
        if c == 200: line["reset"] = True
        if c == 210: line.update(reset=True, trajectory=road.trajectory(40 + c, 90, line["now"], 1, signal={"turn_signal": "TURN_NONE"}))
    yield case("the life of an e-stop", lines, EXACT)
    # A line that has only the trajectory: nothing is taken of it until localization and chassis are there.
    yield case("signal before the inputs are there", [
        {"now": 10.0, "trajectory": {"header": {"timestamp_sec": 10.0}, "signal": {"turn_signal": "TURN_LEFT"}, "adc_trajectory_point": [{}]}}])

    # Trajectories: the same number with other points, an older header, time that goes back, one that ends, few points.
    road = Road(rng)
    lines = road.drive(150, every=5, points=60)
    for c, line in enumerate(lines):
        message = line.get("trajectory")
        if message is None: continue
        kind = rng.randrange(9)
        points = message["adc_trajectory_point"]
        if kind == 0: message["header"]["sequence_num"] = 7
        elif kind == 1: message["header"].pop("sequence_num")
        elif kind == 2: message["header"]["timestamp_sec"] -= rng.uniform(0, 1.9)
        elif kind == 3: message["header"]["timestamp_sec"] += rng.uniform(0, 0.2)
        elif kind == 4: del points[rng.choice([1, 2, 3]):]
        elif kind == 5: message["adc_trajectory_point"] = [dict(p, accumulated_s=5.0) for p in points]
        elif kind == 6:
            for p in points: p["x"] += 400.0
        elif kind == 7:
            for p in points: p.pop(rng.choice(["curvature", "acceleration_s", "theta", "speed"]), None)
    yield case("trajectories replaced, old, ended and short", lines, EXACT)
    yield case("trajectories replaced, old, ended and short; code defaults", json.loads(json.dumps(lines)))
    road = Road(rng)
    jumps = road.drive(120, points=60)
    for c, line in enumerate(jumps):
        if 50 <= c < 55 or c == 80: line["now"] -= rng.uniform(0.01, 3)
        if c == 90: line["now"] += 0.15
    yield case("time that goes back", jumps)
    still = Road(rng, top=0.0)
    yield case("standing still", still.drive(40), EXACT)


def with_preview(text, window):
    text = re.sub(r"(lat_controller_conf\s*\{.*?preview_window\s*:\s*)\d+", rf"\g<1>{window}", text, count=1, flags=re.S)
    extra = "".join(f"\n    matrix_q: {0.01 * (i + 1)}" for i in range(window))
    last = [m for m in re.finditer(r"matrix_q\s*:\s*\S+", text)][-1].end()
    return text[:last] + extra + text[last:]


def other_gains(text):
    """Another car: stiffer rear, heavier front, derivative gains, an integrator on the station, a coarse table."""
    head, table = text.split("calibration_table", 1)
    for name, value in (("cr", 140000.5), ("mass_fl", 600), ("mass_rr", 480), ("eps", 0.0005), ("max_iteration", 90), ("cutoff_freq", 7),
                        ("steer_transmission_ratio", 15), ("mean_filter_window_size", 4), ("switch_speed", 5.5)):
        head = re.sub(rf"\b({name}\s*:\s*)\S+", rf"\g<1>{value}", head, count=1)
    head = head.replace("kd: 0.0", "kd: 0.015").replace("integrator_enable: false", "integrator_enable: true", 1)
    return head + "calibration_table" + table


if __name__ == "__main__":
    json.dump(list(cases(int(sys.argv[1]) if len(sys.argv) > 1 else 1)), sys.stdout, allow_nan=False)
