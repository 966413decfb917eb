"""What a user waits for, measured: started by script/bench, part of no release."""
