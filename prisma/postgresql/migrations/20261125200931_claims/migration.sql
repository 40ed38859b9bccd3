-- AlterTable
ALTER TABLE "User" ADD COLUMN     "confirmBy" TIMESTAMP(3),
ADD COLUMN     "givenUpAt" TIMESTAMP(3);

-- CreateIndex
CREATE INDEX "User_confirmBy_idx" ON "User"("confirmBy");

-- CreateIndex
CREATE INDEX "User_givenUpAt_idx" ON "User"("givenUpAt");
