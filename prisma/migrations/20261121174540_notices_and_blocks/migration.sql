-- AlterTable
ALTER TABLE "AuditEvent" ADD COLUMN "deviceBrowser" TEXT;
ALTER TABLE "AuditEvent" ADD COLUMN "deviceKind" TEXT;
ALTER TABLE "AuditEvent" ADD COLUMN "deviceSystem" TEXT;

-- AlterTable
ALTER TABLE "LoginRequest" ADD COLUMN "browserId" TEXT;

-- AlterTable
-- Not made anew as the generator would: dropping "User" inside a transaction takes everybody's sessions with it.
ALTER TABLE "User" ADD COLUMN "emailConfirmedAt" DATETIME;
ALTER TABLE "User" ADD COLUMN "locale" TEXT NOT NULL DEFAULT 'en';

-- CreateTable
CREATE TABLE "Block" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "deviceId" TEXT,
    "address" TEXT,
    "browser" TEXT,
    "system" TEXT,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "Block_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Notice" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "sessionId" TEXT,
    "createdAt" DATETIME NOT NULL,
    "linkHash" TEXT,
    "linkEndsAt" DATETIME,
    "dismissedAt" DATETIME,
    "mailTo" TEXT,
    "mailTries" INTEGER NOT NULL DEFAULT 0,
    "mailDueAt" DATETIME,
    "mailSentAt" DATETIME,
    CONSTRAINT "Notice_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Notice_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "Block_userId_expiresAt_idx" ON "Block"("userId", "expiresAt");

-- CreateIndex
CREATE INDEX "Block_expiresAt_idx" ON "Block"("expiresAt");

-- CreateIndex
CREATE INDEX "Notice_userId_createdAt_idx" ON "Notice"("userId", "createdAt");

-- CreateIndex
CREATE INDEX "Notice_createdAt_idx" ON "Notice"("createdAt");

-- CreateIndex
CREATE INDEX "Notice_sessionId_idx" ON "Notice"("sessionId");

-- CreateIndex
CREATE INDEX "Notice_mailDueAt_idx" ON "Notice"("mailDueAt");

-- CreateIndex
CREATE INDEX "LoginRequest_browserId_idx" ON "LoginRequest"("browserId");
