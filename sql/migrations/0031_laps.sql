-- What laps were for: steps of a workout, sets in a gym.

ALTER TABLE activity_laps ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE activity_laps ADD COLUMN name TEXT NOT NULL DEFAULT '';
-- What was to be held, as "250-270 W".
ALTER TABLE activity_laps ADD COLUMN target TEXT NOT NULL DEFAULT '';
-- 0: not counted.
ALTER TABLE activity_laps ADD COLUMN repetitions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE activity_laps ADD COLUMN weight_kg @float;

-- down
ALTER TABLE activity_laps DROP COLUMN weight_kg;
ALTER TABLE activity_laps DROP COLUMN repetitions;
ALTER TABLE activity_laps DROP COLUMN target;
ALTER TABLE activity_laps DROP COLUMN name;
ALTER TABLE activity_laps DROP COLUMN kind;
