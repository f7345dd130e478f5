"""Perceptions for Gymnasium's Taxi: the way to the next stop, first the passenger and then the destination."""

ACTIONS = ("south", "north", "east", "west", "pickup", "dropoff")


def state(env):
    return env.s


def _way(env):
    """Rows and columns to go; the middle row, which has no walls, is where the taxi changes columns."""
    row, column, passenger, destination = env.decode(env.s)
    stop_row, stop_column = env.locs[destination if passenger == 4 else passenger]
    return (2 if column != stop_column else stop_row) - row, stop_column - column


def at_stop(env):
    return _way(env) == (0, 0)


def is_taken(env):
    return tuple(env.decode(env.s))[2] == 4


def way_is_north(env):
    return _way(env)[0] < 0


def way_is_south(env):
    return _way(env)[0] > 0


def way_is_east(env):
    return _way(env)[0] == 0 and _way(env)[1] > 0


def way_is_west(env):
    return _way(env)[0] == 0 and _way(env)[1] < 0
