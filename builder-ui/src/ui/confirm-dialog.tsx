import { useAsking } from './confirm'
import { Button } from './button'
import { Dialog } from './dialog'

/** One question, two answers; what destroys is not what Enter does. */
export function ConfirmDialog() {
  const { question, answer } = useAsking()
  if (!question) return null
  const settle = (sure: boolean) => {
    useAsking.setState({ question: null, answer: () => {} })
    answer(sure)
  }
  return (
    <Dialog
      open
      title={question.title}
      width={416}
      onClose={() => settle(false)}
      footer={[
        <Button key="no" autoFocus={question.danger ?? false} onClick={() => settle(false)}>{question.cancel}</Button>,
        <Button key="yes" kind={question.danger ? 'danger' : 'primary'} autoFocus={!question.danger} onClick={() => settle(true)}>{question.action}</Button>,
      ]}
    >
      {question.text ? <p>{question.text}</p> : null}
    </Dialog>
  )
}
