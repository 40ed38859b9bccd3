-- DropIndex
DROP INDEX "AuditEvent_at_idx";

-- DropIndex
DROP INDEX "AuditEvent_userId_at_idx";

-- DropIndex
DROP INDEX "LoginRequest_browserId_idx";

-- DropIndex
DROP INDEX "LoginRequest_scanSessionId_idx";

-- DropIndex
DROP INDEX "Session_deviceId_idx";

-- DropIndex
DROP INDEX "Session_parentId_idx";

-- AlterTable
ALTER TABLE "LoginRequest" ADD COLUMN "presentedBy" TEXT;

-- CreateIndex
CREATE INDEX "AuditEvent_userId_type_at_idx" ON "AuditEvent"("userId", "type", "at");

-- CreateIndex
CREATE INDEX "LoginRequest_scanSessionId_expiresAt_idx" ON "LoginRequest"("scanSessionId", "expiresAt");

-- CreateIndex
CREATE INDEX "LoginRequest_browserId_scanUserId_reason_scannedAt_idx" ON "LoginRequest"("browserId", "scanUserId", "reason", "scannedAt");

-- CreateIndex
CREATE INDEX "Session_parentId_endedAt_expiresAt_idx" ON "Session"("parentId", "endedAt", "expiresAt");

-- CreateIndex
CREATE INDEX "Session_deviceId_createdAt_idx" ON "Session"("deviceId", "createdAt");
