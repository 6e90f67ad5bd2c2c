/** A kind of trouble: issue type, sub-issue type, what the customer says, how it was solved. */
export interface Trouble {
  readonly issueType: number;
  readonly subIssueType: number;
  readonly title: string;
  readonly resolution: string;
}

function trouble(issueType: number, subIssueType: number, title: string, resolution: string): Trouble {
  return { issueType, subIssueType, title, resolution };
}

export const troubles: readonly Trouble[] = [
  trouble(
    10,
    101,
    'Laptop is very slow after the update',
    'Removed a failing start-up program and rebooted.',
  ),
  trouble(10, 102, 'Desktop does not start', 'Reseated memory; the machine starts again.'),
  trouble(10, 103, 'Keyboard replacement needed', 'Replaced the keyboard from stock.'),
  trouble(10, 104, 'Blue screen when docking', 'Updated the dock firmware and the graphics driver.'),
  trouble(11, 111, 'Disk space low on file server', 'Archived old profiles and extended the volume.'),
  trouble(11, 112, 'Accounting service stopped on server', 'Restarted the service and set recovery options.'),
  trouble(11, 113, 'Server updates failed overnight', 'Cleared the update cache and installed the updates.'),
  trouble(12, 121, 'Internet connection down at branch', 'Provider repaired the line; failover worked.'),
  trouble(12, 122, 'Wi-Fi drops in the meeting room', 'Moved the access point to another channel.'),
  trouble(12, 123, 'VPN does not connect from home', 'Reissued the certificate and tested with the user.'),
  trouble(12, 124, 'Firewall reports high load', 'Disabled an unused inspection rule.'),
  trouble(13, 131, 'Cannot send email to one recipient', 'Corrected the sender record of the domain.'),
  trouble(13, 132, 'Mailbox is full', 'Enabled the archive and moved old mail.'),
  trouble(13, 133, 'Suspicious email received', 'Confirmed phishing, blocked the sender, informed the team.'),
  trouble(14, 141, 'New employee starts on Monday', 'Created account, mailbox and licences.'),
  trouble(
    14,
    142,
    'Employee leaves at the end of the month',
    'Disabled account, shared mailbox with manager.',
  ),
  trouble(14, 143, 'Password reset requested', 'Reset the password after checking identity.'),
  trouble(14, 144, 'Access to shared folder needed', 'Added the user to the folder group.'),
  trouble(
    15,
    152,
    'Sign-in alert from another country',
    'Revoked sessions, reset password, no further access found.',
  ),
  trouble(15, 153, 'Multi-factor prompt does not arrive', 'Re-registered the authenticator.'),
  trouble(16, 161, 'Installation of drawing software', 'Installed and licensed the application.'),
  trouble(16, 163, 'Line of business application shows an error', 'Vendor supplied a patch; installed it.'),
  trouble(17, 171, 'Printer does not print', 'Cleared the queue and replaced the driver.'),
  trouble(18, 181, 'Backup job failed', 'Freed space on the target and ran the job again.'),
  trouble(18, 182, 'Please restore a deleted file', 'Restored the file from last night.'),
  trouble(19, 192, 'Bad call quality', 'Prioritised voice traffic on the switch.'),
];

export const noteTexts: readonly string[] = [
  'Called the customer and asked for details.',
  'Remote session planned for tomorrow morning.',
  'Checked the event log, nothing unusual so far.',
  'Waiting for the vendor to answer.',
  'Customer confirms that it works again.',
  'Escalated to the second level with logs attached.',
  'Replacement part ordered.',
  'Left a voice message.',
];

export const workTexts: readonly string[] = [
  'Remote session with the user.',
  'Analysed logs and configuration.',
  'On-site visit.',
  'Applied the fix and tested.',
  'Documentation and follow-up.',
  'Coordinated with the vendor.',
];
