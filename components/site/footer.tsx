import { LanguageSwitcher } from './language-switcher'

export function Footer() {
  return (
    <footer className="mx-auto flex w-full max-w-5xl justify-center px-4 py-4 pb-[max(1rem,env(safe-area-inset-bottom))]">
      <LanguageSwitcher />
    </footer>
  )
}
