'use client'
import { useState } from 'react'
import { Toast } from '../ui/toast'
import { PasswordForm } from './password-form'
import { ProfileForm } from './profile-form'
import { useReauthentication } from './use-reauthentication'

interface Props {
  user: { name: string; email: string }
  /** Undefined where nothing is mailed. */
  emailConfirmed: boolean | undefined
  passwordMin: number
}

export function AccountForms({ user, emailConfirmed, passwordMin }: Props) {
  const { guard, dialog } = useReauthentication()
  const [message, setMessage] = useState('')
  return (
    <>
      <ProfileForm user={user} emailConfirmed={emailConfirmed} guard={guard} say={setMessage} />
      <PasswordForm email={user.email} passwordMin={passwordMin} guard={guard} say={setMessage} />
      {dialog}
      <Toast message={message} />
    </>
  )
}
