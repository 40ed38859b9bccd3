-- Sessions that may still act have proven the password when they were made with it, or when it was given again.
-- In a step of its own: the one before locks the whole table until it is done.
UPDATE "Session" SET "factors" = COALESCE(
  '{"password":"' || to_char(
    COALESCE("reauthenticatedAt", CASE "method" WHEN 'password' THEN "createdAt" END),
    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"}',
  '{}')
WHERE "endedAt" IS NULL;
