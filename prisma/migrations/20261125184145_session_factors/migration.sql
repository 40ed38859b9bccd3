-- AlterTable
ALTER TABLE "Session" ADD COLUMN "factors" TEXT;
