-- DropIndex
DROP INDEX "Session_userId_idx";

-- CreateIndex
CREATE INDEX "Session_userId_endedAt_expiresAt_idx" ON "Session"("userId", "endedAt", "expiresAt");
