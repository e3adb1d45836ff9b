"""
Independent reference of the Apollo 1.0 controllers, written from their description with numpy: other language, other
matrix code. Prints the cycles that control.test.ts compares with. Run:

    python3 test/reference_control.py > test/reference_control.json

Inputs are polynomials of the cycle number, so that both sides make the same numbers from + - * alone.
"""
import bisect, json, math, re, sys
from pathlib import Path
import numpy as np

CONF = (Path(__file__).parent / "../conf/lincoln.pb.txt").read_text()
TABLE = {}
for s, a, c in re.findall(r"speed: (\S+)\s+acceleration: (\S+)\s+command: (\S+)", CONF):
    TABLE.setdefault(float(s), {})[float(a)] = float(c)


def blend(b, db, a, da):
    if db < 1e-6: return b
    if da < 1e-6: return a
    return b + (a - b) * db / (db + da)


def along(rows, y):
    ks = sorted(rows)
    if y >= ks[-1] - 1e-6: return rows[ks[-1]]
    if y <= ks[0] + 1e-6: return rows[ks[0]]
    i = bisect.bisect_left(ks, y)
    return blend(rows[ks[i - 1]], abs(y - ks[i - 1]), rows[ks[i]], abs(y - ks[i]))


def table(x, y):
    ks = sorted(TABLE)
    if x >= ks[-1] - 1e-6: return along(TABLE[ks[-1]], y)
    if x <= ks[0] + 1e-6: return along(TABLE[ks[0]], y)
    i = bisect.bisect_left(ks, x)
    return blend(along(TABLE[ks[i - 1]], y), abs(x - ks[i - 1]), along(TABLE[ks[i]], y), abs(x - ks[i]))


def norm(a):
    m = math.fmod(a + math.pi, 2 * math.pi)
    return (m + 2 * math.pi if m < 0 else m) - math.pi


class Lateral:
    CF = CR = 155494.663
    L, M, TS = 2.85, 2080.0, 0.01

    def __init__(self, exact, window):
        self.exact, self.window = exact, window
        self.lf = self.L * (1 - 1040 / self.M)
        self.lr = self.L * (1 - 1040 / self.M)
        self.iz = self.lf ** 2 * 1040 + self.lr ** 2 * 1040
        self.values, self.prev, self.xs, self.ys = [], (0, 0), [0, 0], [0, 0]
        al = 2 * math.pi * 10 * self.TS / 2
        t = math.sqrt(2) * al + al * al
        g = al * al / (1 + t)
        self.num = [g, 2 * g, g]
        self.den = [2 * (al * al - 1) / (1 + t), (1 - math.sqrt(2) * al + al * al) / (1 + t)]

    def offset(self, tr, x, y):
        p = min(tr, key=lambda p: (p["x"] - x) ** 2 + (p["y"] - y) ** 2)
        a = math.atan2(y - p["y"], x - p["x"]) - p["theta"]
        return math.sin(a) * math.hypot(p["x"] - x, p["y"] - y), p

    def cycle(self, loc, v, tr):
        v = max(v, 1.0)
        w, x, y, z = loc["q"]
        R = np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                      [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                      [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])
        pos = np.array([loc["x"], loc["y"], 0.0])
        com = R @ np.array([0, self.lr, 0]) + pos
        n = 4 + self.window
        st = np.zeros(n)
        if self.exact:
            p = min(tr, key=lambda p: (p["x"] - com[0]) ** 2 + (p["y"] - com[1]) ** 2)
            d = norm(loc["heading"] - p["theta"])
            st[:4] = [math.cos(p["theta"]) * (com[1] - p["y"]) - math.sin(p["theta"]) * (com[0] - p["x"]),
                      v * math.sin(d), d, loc["w"] - p["kappa"] * p["v"]]
            for i in range(self.window):
                q = nearest_time(tr, self.TS * (i + 1))
                m = min(tr, key=lambda r: (r["x"] - q["x"]) ** 2 + (r["y"] - q["y"]) ** 2)
                st[4 + i] = math.cos(m["theta"]) * (q["y"] - m["y"]) - math.sin(m["theta"]) * (q["x"] - m["x"])
        else:
            raw, p = self.offset(tr, com[0], com[1])
            self.values = (self.values + [raw])[-10:]
            vs = self.values
            e = sum(vs) / len(vs) if len(vs) <= 2 else (sum(vs) - min(vs) - max(vs)) / (len(vs) - 2)
            h = norm(loc["heading"] - p["theta"])
            st[:4] = [e, (e - self.prev[0]) / self.TS, h, (h - self.prev[1]) / self.TS]
            self.prev = (e, h)
            for i in range(self.window):
                t, o = self.TS * (i + 1), loc["w"]
                f = [0, v * t, 0] if abs(o) < 1e-4 else [-v / o * (1 - math.cos(o * t)), math.sin(o * t) * v / o, 0]
                f = R @ np.array(f) + pos
                st[4 + i] = self.offset(tr, f[0], f[1])[0]
        A = np.zeros((4, 4))
        c2 = self.CF + self.CR
        A[0, 1] = A[2, 3] = 1
        A[1, 1], A[1, 2] = -c2 / (self.M * v), c2 / self.M
        A[3, 3] = -(self.lf ** 2 * self.CF + self.lr ** 2 * self.CR) / (self.iz * v)
        I = np.eye(4)
        Ad = np.zeros((n, n))
        Ad[:4, :4] = (I + self.TS / 2 * A) @ np.linalg.inv(I - self.TS / 2 * A)
        B = np.zeros((n, 1))
        B[1], B[3] = self.CF / self.M * self.TS, self.lf * self.CF / self.iz * self.TS
        if self.window:
            B[n - 1] = 1
            for i in range(self.window - 1): Ad[4 + i, 5 + i] = 1
        Q = np.diag([0.05, 0, 1, 0] + [0.1] * self.window)
        P = Q
        for _ in range(150):
            N = Ad.T @ P @ Ad - Ad.T @ P @ B @ np.linalg.inv(1 + B.T @ P @ B) @ B.T @ P @ Ad + Q
            diff = abs((N - P).max())
            P = N
            if diff < 0.01: break
        K = (np.linalg.inv(1 + B.T @ P @ B) @ B.T @ P @ Ad)[0]
        F = 180 / math.pi * 16 / 470 * 100
        fb = -float(K @ st) * F
        kv = self.lr * self.M / (2 * self.CF * self.L) - self.lf * self.M / (2 * self.CR * self.L)
        k = p["kappa"]
        ff = (self.L * k + kv * v * v * k - K[2] * (self.lr * k - self.lf * self.M * v * v * k / (2 * self.CR * self.L))) * F
        u = min(max(fb + ff, -100), 100)
        out = self.num[0] * u + self.num[1] * self.xs[0] + self.num[2] * self.xs[1] - self.den[0] * self.ys[0] - self.den[1] * self.ys[1]
        self.xs, self.ys = [u, self.xs[0]], [out, self.ys[0]]
        return {"lateral_error": st[0], "lateral_error_rate": st[1], "heading_error": st[2], "heading_error_rate": st[3],
                "steer_angle_feedback": fb, "steer_angle_feedforward": float(ff), "steer_angle": out, "curvature": k}

    def reset(self): self.prev = (0, 0)


def nearest_time(tr, t):
    i = bisect.bisect_left([p["t"] for p in tr], t)
    if i == 0: return tr[0]
    if i == len(tr): return tr[-1]
    return tr[i] if tr[i]["t"] - t < t - tr[i - 1]["t"] else tr[i - 1]


class Longitudinal:
    def __init__(self, preview):
        self.preview, self.integral = preview, 0.0

    def cycle(self, now, loc, v, tr, head):
        x, y = loc["x"], loc["y"]
        m = min(range(len(tr)), key=lambda i: (tr[i]["x"] - x) ** 2 + (tr[i]["y"] - y) ** 2)
        p0, p1 = tr[max(m - 1, 0)], tr[min(m + 1, len(tr) - 1)]

        def at(key, s): return p0[key] + (s - p0["s"]) / (p1["s"] - p0["s"]) * (p1[key] - p0[key])
        f = lambda s: (at("x", s) - x) ** 2 + (at("y", s) - y) ** 2
        a, b = p0["s"], p1["s"]
        while True:
            t = (b - a) / 1.618033989
            c, d = b - t, a + t
            if not abs(c - d) > 1e-6: break
            if f(c) < f(d): b = d
            else: a = c
        s = (a + b) / 2
        th0, th1 = norm(p0["theta"]), norm(p1["theta"])
        th = norm(th0 + norm(th1 - th0) * (s - p0["s"]) / (p1["s"] - p0["s"]))
        dx, dy = x - at("x", s), y - at("y", s)
        dd = math.cos(th) * dy - math.sin(th) * dx
        sm = s + dx * math.cos(th) + dy * math.sin(th)
        sd = v * math.cos(loc["heading"] - th) / (1 - at("kappa", s) * dd)
        ref, pre = nearest_time(tr, now - head), nearest_time(tr, now + 0.2 - head)
        clip = lambda e, l: min(max(e, -l), l)
        es = clip((pre if self.preview else ref)["s"] - sm, 2)
        ev = clip(0.2 * es + (pre if self.preview else ref)["v"] - sd, 2)
        self.integral = clip(self.integral + ev * 0.01 * 0.3, 0.3)
        cl = (0.5 if v <= 2 else 1.0) * ev + self.integral
        acc = cl + pre["a"]
        full = abs(pre["a"]) <= 0.01 and abs(pre["v"]) <= 0.01
        if full: acc = -3.0
        val = table(v, acc)
        return {"station_error": ref["s"] - sm, "speed_error": ref["v"] - sd, "preview_station_error": pre["s"] - sm,
                "acceleration_cmd_closeloop": cl, "acceleration_cmd": acc, "calibration_value": val,
                "throttle_cmd": max(val, 18.0) if val >= 0 else 0.0, "brake_cmd": 0.0 if val >= 0 else max(-val, 15.5),
                "is_full_stop": full}

    def reset(self): self.integral = 0.0


def trajectory(first):
    out = []
    for j in range(120):
        i = first + j
        stop = i > 260
        out.append({"x": 586300 + 0.05 * i, "y": 4140700 + 0.00002 * i * i, "theta": 0.0008 * i, "kappa": 0.016 - 0.00001 * i,
                    "s": 0.05 * i, "v": 0.0 if stop else 5 - 0.015 * i, "a": 0.0 if stop else -0.15 + 0.0002 * i, "t": 0.01 * j - 0.3})
    return out


runs = []
for exact, preview, window in [(True, False, 0), (False, True, 0), (True, True, 2), (False, False, 3)]:
    lat, lon = Lateral(exact, window), Longitudinal(preview)
    cycles = []
    for c in range(300):
        first = c // 10 * 10
        now = 1000 + 0.01 * c
        q = [0.9 - 0.0001 * c, 0.01, -0.02, -0.43 + 0.0002 * c]  # not of length 1: R is still what it is
        loc = {"x": 586300.01 + 0.05 * (c + 28), "y": 4140700.2 - 0.001 * c + 0.00002 * c * c, "heading": 0.03 + 0.0007 * c,
               "w": 0.02 - 0.0001 * c, "q": q}
        v = float(np.float32(4.5 - 0.0125 * c)) if c < 280 else float(np.float32(0.5))
        if c < 20: lat.reset(); lon.reset()
        a = lat.cycle(loc, v, trajectory(first))
        b = lon.cycle(now, loc, v, trajectory(first), 1000 + 0.1 * (c // 10))
        if c % 10 == 9 or c < 3: cycles.append({"cycle": c, "lat": a, "lon": b})
    runs.append({"exact": exact, "preview": preview, "window": window, "cycles": cycles})
json.dump(runs, sys.stdout, default=lambda v: bool(v) if isinstance(v, np.bool_) else float(v), indent=0)
