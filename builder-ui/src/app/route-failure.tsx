import { useRouteError } from 'react-router'
import { Failure } from './error-boundary'

export function RouteFailure() {
  return <Failure error={useRouteError()} />
}
