-- Sessions that may still act have proven the password when they were made with it, or when it was given again.
UPDATE "Session" SET "factors" = COALESCE(
  '{"password":"' || strftime('%Y-%m-%dT%H:%M:%fZ',
    COALESCE("reauthenticatedAt", CASE "method" WHEN 'password' THEN "createdAt" END)) || '"}',
  '{}')
WHERE "endedAt" IS NULL;
