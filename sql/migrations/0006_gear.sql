-- Bicycle or shoes, as the person calls them.

ALTER TABLE activities ADD COLUMN gear TEXT NOT NULL DEFAULT '';

-- down
ALTER TABLE activities DROP COLUMN gear;
