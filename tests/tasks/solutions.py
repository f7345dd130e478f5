"""Programs that solve tasks, written by hand."""

from __future__ import annotations

_RIGHT_HAND = """IFELSE c( rightIsClear c) i( turnRight i)
    ELSE e( WHILE c( not c( frontIsClear c) c) w( turnLeft w) e) move"""
_ON = "WHILE c( frontIsClear c) w( move w)"

# Solve their task at every size.
ANY_SIZE = {
    "stairclimber": "WHILE c( noMarkersPresent c) w( turnLeft move turnRight move w)",
    "fourcorners": f"REPEAT R=4 r( {_ON} putMarker turnLeft r)",
    "topoff": """WHILE c( frontIsClear c) w( IF c( markersPresent c) i( putMarker i) move w)
        IF c( markersPresent c) i( putMarker i)""",
    "maze": f"WHILE c( noMarkersPresent c) w( {_RIGHT_HAND} w)",
    "harvester": f"""{_ON} turnLeft WHILE c( markersPresent c) w(
        pickMarker WHILE c( frontIsClear c) w( move pickMarker w) turnLeft move turnLeft
        pickMarker WHILE c( frontIsClear c) w( move pickMarker w) turnRight move turnRight w)""",
    "seeder": f"""{_ON} turnRight {_ON} turnRight turnRight WHILE c( noMarkersPresent c) w(
        putMarker WHILE c( frontIsClear c) w( move putMarker w) turnLeft move turnLeft
        putMarker WHILE c( frontIsClear c) w( move putMarker w) turnRight move turnRight w)""",
    "pathfollow": """pickMarker WHILE c( noMarkersPresent c) w( IFELSE c( frontIsClear c)
        i( move IFELSE c( markersPresent c) i( pickMarker i)
            ELSE e( turnLeft turnLeft move turnLeft move pickMarker turnLeft e) i)
        ELSE e( turnRight move pickMarker turnLeft e) w)""",
}

# Solve their task at its own size.
OWN_SIZE = {
    "cleanhouse": f"WHILE c( noMarkersPresent c) w( {_RIGHT_HAND} pickMarker w)",
    # Go through the left room column by column, through the door, and down one column and up the other.
    "doorkey": f"""{_ON} turnRight {_ON} turnRight turnRight
        REPEAT R=5 r( pickMarker move r) pickMarker turnLeft move turnLeft
        REPEAT R=5 r( pickMarker move r) pickMarker turnRight move turnRight
        REPEAT R=5 r( pickMarker move r) pickMarker
        turnRight move move turnRight move turnLeft move move turnLeft move turnLeft turnLeft
        WHILE c( noMarkersPresent c) w( IFELSE c( frontIsClear c) i( move i) ELSE e( turnLeft move turnLeft e) w)
        putMarker""",
    # To the upper right corner, then round and round: row by row downwards, back along three walls.
    "snake": f"""turnLeft {_ON} turnRight {_ON} WHILE c( noMarkersPresent c) w(
        turnRight move turnRight REPEAT R=4 r( move r) turnLeft move turnLeft REPEAT R=4 r( move r)
        turnRight move turnRight REPEAT R=4 r( move r) turnLeft move turnLeft REPEAT R=4 r( move r)
        turnRight move turnRight {_ON} turnRight {_ON} turnRight {_ON} w)""",
    # Into a corner, one step away from both walls, then the way that is not next to a wall again at once.
    "wallavoider": f"""{_ON} turnRight {_ON} turnRight move turnRight move putMarker
        move WHILE c( not c( frontIsClear c) c) w( turnLeft turnLeft move turnLeft move w)
        REPEAT R=4 r( putMarker move r)""",
}

SOLUTIONS = {name: f"DEF run m( {body} m)" for name, body in {**ANY_SIZE, **OWN_SIZE}.items()}
