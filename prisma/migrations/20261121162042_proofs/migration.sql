-- AlterTable
ALTER TABLE "Device" ADD COLUMN "distrustedAt" DATETIME;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN "probationEndsAt" DATETIME;

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_LoginRequest" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "purpose" TEXT NOT NULL,
    "desktopSecretHash" TEXT NOT NULL,
    "userCodeHash" TEXT,
    "desktopKind" TEXT NOT NULL,
    "desktopBrowser" TEXT,
    "desktopSystem" TEXT,
    "desktopAddress" TEXT,
    "desktopDeviceId" TEXT,
    "desktopDeviceHash" TEXT,
    "scanTokenHash" TEXT,
    "scanUserId" TEXT,
    "scanSessionId" TEXT,
    "staySeconds" INTEGER,
    "kind" TEXT,
    "risk" TEXT,
    "proofs" TEXT NOT NULL DEFAULT '',
    "knownDeviceId" TEXT,
    "number" INTEGER,
    "numberChoices" TEXT,
    "codeHash" TEXT,
    "codeTries" INTEGER NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    "scannedAt" DATETIME,
    "confirmedAt" DATETIME,
    "consumedAt" DATETIME,
    "expiresAt" DATETIME NOT NULL
);
INSERT INTO "new_LoginRequest" ("confirmedAt", "consumedAt", "createdAt", "desktopAddress", "desktopBrowser", "desktopKind", "desktopSecretHash", "desktopSystem", "expiresAt", "id", "kind", "purpose", "reason", "revision", "scanSessionId", "scanTokenHash", "scanUserId", "scannedAt", "state", "staySeconds", "userCodeHash") SELECT "confirmedAt", "consumedAt", "createdAt", "desktopAddress", "desktopBrowser", "desktopKind", "desktopSecretHash", "desktopSystem", "expiresAt", "id", "kind", "purpose", "reason", "revision", "scanSessionId", "scanTokenHash", "scanUserId", "scannedAt", "state", "staySeconds", "userCodeHash" FROM "LoginRequest";
DROP TABLE "LoginRequest";
ALTER TABLE "new_LoginRequest" RENAME TO "LoginRequest";
CREATE UNIQUE INDEX "LoginRequest_userCodeHash_key" ON "LoginRequest"("userCodeHash");
CREATE INDEX "LoginRequest_scanSessionId_idx" ON "LoginRequest"("scanSessionId");
CREATE INDEX "LoginRequest_expiresAt_idx" ON "LoginRequest"("expiresAt");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- Sessions that codes made before there was a probation have not outlived one: they make no browser known yet.
UPDATE "Session" SET "probationEndsAt" = strftime('%Y-%m-%dT%H:%M:%f', "createdAt", '+1 day') || '+00:00'
WHERE "method" = 'qr';
