-- AlterTable
ALTER TABLE "User" ADD COLUMN "confirmBy" DATETIME;
ALTER TABLE "User" ADD COLUMN "givenUpAt" DATETIME;

-- CreateIndex
CREATE INDEX "User_confirmBy_idx" ON "User"("confirmBy");

-- CreateIndex
CREATE INDEX "User_givenUpAt_idx" ON "User"("givenUpAt");
