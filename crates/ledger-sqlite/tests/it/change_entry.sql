UPDATE entry SET body = 'forged'
