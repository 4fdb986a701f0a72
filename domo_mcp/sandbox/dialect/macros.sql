-- MySQL's functions that DuckDB lacks or answers differently.
-- An argument that is needed twice is held in a one-element list, so that nested calls stay linear in size.

CREATE MACRO domo.number(x) AS
    TRY_CAST(regexp_replace(regexp_replace(x, '(?s)^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)?.*$', '\1'), '^$', '0') AS DOUBLE);
CREATE MACRO domo.text(x) AS
    regexp_replace(regexp_replace(CAST(x AS VARCHAR), '(\.\d*?)0+$', '\1'), '\.$', '');
CREATE MACRO domo.moment(x) AS TRY_CAST(x AS TIMESTAMP);
CREATE MACRO domo.nullif(x, other) AS
    list_transform([x], lambda v: CASE WHEN v = other THEN NULL ELSE v END)[1];
CREATE MACRO domo.nullif_number(x, other) AS
    list_transform([x], lambda v: CASE WHEN domo.number(v) = other THEN NULL ELSE v END)[1];
CREATE MACRO domo.nullif_moment(x, other) AS
    list_transform([x], lambda v: CASE WHEN domo.moment(v) = other THEN NULL ELSE v END)[1];
-- Several columns as one value to count: NULL when any is, without regard to case.
CREATE MACRO domo.row(parts) AS
    list_transform([parts], lambda p: CASE
        WHEN list_count(p) = len(p) THEN list_transform(p, lambda s: lower(s)) END)[1];

-- Text. Lengths are bounded as MySQL's max_allowed_packet does: what grows beyond 16 KiB is NULL.
CREATE MACRO domo.concat(parts) AS
    list_transform([parts], lambda p: CASE
        WHEN list_count(p) = len(p) AND list_sum(list_transform(p, lambda s: strlen(s))) <= 16384
        THEN array_to_string(p, '') END)[1];
CREATE MACRO domo.replace(s, old, new) AS
    list_transform([{s: s, old: old, new: new}], lambda a: CASE
        WHEN a.old = '' THEN a.s
        WHEN strlen(a.s) + (strlen(a.s) - strlen(replace(a.s, a.old, ''))) // strlen(a.old)
             * (strlen(a.new) - strlen(a.old)) <= 16384
        THEN replace(a.s, a.old, a.new) END)[1];
CREATE MACRO domo.instr(s, part) AS strpos(lower(s), lower(part));
CREATE MACRO domo.left(s, n) AS left(s, greatest(CAST(n AS BIGINT), 0));
CREATE MACRO domo.right(s, n) AS right(s, greatest(CAST(n AS BIGINT), 0));
CREATE MACRO domo.substring(s, start, size) AS
    list_transform([{s: s, start: CAST(start AS BIGINT), size: CAST(size AS BIGINT)}], lambda a: CASE
        WHEN a.start = 0 OR a.size < 1 OR -a.start > length(a.s) THEN ''
        ELSE substring(a.s, a.start, a.size) END)[1];

-- Numbers.
CREATE MACRO domo.divide(a, b) AS a / b;
CREATE MACRO domo.div(a, b) AS CAST(trunc(a / b) AS BIGINT);
CREATE MACRO domo.signed(x) AS TRY_CAST(round(x) AS BIGINT);
CREATE MACRO domo.whole(x) AS TRY_CAST(round(x) AS INTEGER);
CREATE MACRO domo.floor(x) AS CAST(floor(x) AS BIGINT);
CREATE MACRO domo.ceiling(x) AS CAST(ceil(x) AS BIGINT);
CREATE MACRO domo.round(x, digits) AS round(x, CAST(digits AS INTEGER));
CREATE MACRO domo.greatest(xs) AS
    list_transform([xs], lambda v: CASE WHEN list_count(v) = len(v) THEN list_max(v) END)[1];
CREATE MACRO domo.least(xs) AS
    list_transform([xs], lambda v: CASE WHEN list_count(v) = len(v) THEN list_min(v) END)[1];

-- Days. MySQL counts days from year 0; 1970-01-01 is day 719528.
CREATE MACRO domo.dayofweek(d) AS dayofweek(d) + 1;
CREATE MACRO domo.to_days(d) AS d - DATE '1970-01-01' + 719528;
CREATE MACRO domo.from_days(n) AS DATE '1970-01-01' + (TRY_CAST(n AS INTEGER) - 719528);
CREATE MACRO domo.ordinal(d) AS
    list_transform([day(d)], lambda n: n || CASE
        WHEN n BETWEEN 11 AND 13 THEN 'th' WHEN n % 10 = 1 THEN 'st' WHEN n % 10 = 2 THEN 'nd'
        WHEN n % 10 = 3 THEN 'rd' ELSE 'th' END)[1];

-- Weeks. A week belongs to the year of its anchor: its first day (0), its fourth (3) or its last (6).
CREATE MACRO domo.anchor(d, first, anchor) AS
    list_transform([CAST(d AS DATE)], lambda v: v - CAST((dayofweek(v) + 7 - first) % 7 AS INTEGER) + anchor)[1];
CREATE MACRO domo.wide_week(d, first, anchor) AS (dayofyear(domo.anchor(d, first, anchor)) - 1) // 7 + 1;
CREATE MACRO domo.week(d, first, anchor) AS
    list_transform([CAST(d AS DATE)], lambda v: list_transform([domo.anchor(v, first, anchor)], lambda a: CASE
        WHEN year(a) < year(v) THEN 0 WHEN year(a) > year(v) THEN 53
        ELSE (dayofyear(a) - 1) // 7 + 1 END)[1])[1];
CREATE MACRO domo.yearweek(d, first, anchor) AS
    list_transform([domo.anchor(d, first, anchor)], lambda a: year(a) * 100 + (dayofyear(a) - 1) // 7 + 1)[1];
CREATE MACRO domo.week_0(d) AS format('{:02d}', domo.week(d, 0, 0));
CREATE MACRO domo.week_1(d) AS format('{:02d}', domo.week(d, 1, 3));
CREATE MACRO domo.week_2(d) AS format('{:02d}', domo.wide_week(d, 0, 0));
CREATE MACRO domo.week_3(d) AS format('{:02d}', domo.wide_week(d, 1, 3));
CREATE MACRO domo.week_year_2(d) AS CAST(year(domo.anchor(d, 0, 0)) AS VARCHAR);
CREATE MACRO domo.week_year_3(d) AS CAST(year(domo.anchor(d, 1, 3)) AS VARCHAR);

-- Periods: months written YYYYMM.
CREATE MACRO domo.months(p) AS
    list_transform([CAST(p AS BIGINT)], lambda v: v // 100 * 12 + v % 100 - 1)[1];
CREATE MACRO domo.period_add(p, n) AS
    list_transform([domo.months(p) + CAST(n AS BIGINT)], lambda m: m // 12 * 100 + m % 12 + 1)[1];
CREATE MACRO domo.period_diff(a, b) AS domo.months(a) - domo.months(b);

-- Times: the text HH:MM:SS, within MySQL's limit of 838:59:59.
CREATE MACRO domo.seconds(t) AS
    list_transform([regexp_extract(t, '(-?)(\d+):(\d+)(?::(\d+))?', ['sign', 'h', 'm', 's'])], lambda p: CASE
        WHEN p.h = '' THEN 0
        ELSE (CASE p.sign WHEN '-' THEN -1 ELSE 1 END)
             * (TRY_CAST(p.h AS BIGINT) * 3600 + TRY_CAST(p.m AS BIGINT) * 60 + COALESCE(TRY_CAST(p.s AS BIGINT), 0))
        END)[1];
CREATE MACRO domo.clock(seconds) AS
    list_transform([CAST(seconds AS BIGINT)], lambda s: list_transform([CASE WHEN s > 3020399 THEN 3020399
        WHEN s < -3020399 THEN -3020399 ELSE s END], lambda v: CASE WHEN v < 0 THEN '-' ELSE '' END
        || format('{:02d}:{:02d}:{:02d}', abs(v) // 3600, abs(v) // 60 % 60, abs(v) % 60))[1])[1];
CREATE MACRO domo.clock_number(t) AS CAST(replace(t, ':', '') AS DOUBLE);
CREATE MACRO domo.hour(t) AS abs(domo.seconds(t)) // 3600;
CREATE MACRO domo.minute(t) AS abs(domo.seconds(t)) // 60 % 60;
CREATE MACRO domo.second(t) AS abs(domo.seconds(t)) % 60;
CREATE MACRO domo.time(t) AS domo.clock(domo.seconds(t));
CREATE MACRO domo.instant(t) AS
    list_transform([t], lambda v: COALESCE(CAST(epoch(TRY_CAST(v AS TIMESTAMP)) AS BIGINT), domo.seconds(v)))[1];
CREATE MACRO domo.timediff(a, b) AS domo.clock(domo.instant(a) - domo.instant(b));
CREATE MACRO domo.addtime(a, b) AS domo.clock(domo.seconds(a) + domo.seconds(b));
CREATE MACRO domo.subtime(a, b) AS domo.clock(domo.seconds(a) - domo.seconds(b));
CREATE MACRO domo.unspaced(x) AS regexp_replace(x, '([^\w\s])\s+', '\1', 'g');
CREATE MACRO domo.later(ts, t) AS ts + to_seconds(domo.seconds(t));
CREATE MACRO domo.earlier(ts, t) AS ts - to_seconds(domo.seconds(t));
CREATE MACRO domo.of_day(t) AS TIMESTAMP '1970-01-01 00:00:00' + to_seconds(domo.seconds(t));
CREATE MACRO domo.hours(ts) AS format('{:02d}', CAST(epoch(ts) AS BIGINT) // 3600);
CREATE MACRO domo.unix_timestamp(ts) AS CAST(floor(epoch(ts)) AS BIGINT);
CREATE MACRO domo.from_unixtime(n) AS make_timestamp(CAST(round(CAST(n AS DOUBLE) * 1000000) AS BIGINT));
