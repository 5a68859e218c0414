import { operator } from '@visavox/api/route-parts';

/** Who a route is for, in the API's description: the person, or an operator. */
export const personOrOperator = [...operator, { session: [] }];
/** The person alone. */
export const own = [{ session: [] }];
