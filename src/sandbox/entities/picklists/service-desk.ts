import type { PicklistData } from './parse.js';

const status =
  '1 *New|5 Complete|7 Waiting Customer|8 In Progress|9 Waiting Materials|10 Dispatched|11 Escalated|12 Waiting Vendor|13 Waiting Approval|15 Change Order|16 -Inactive|17 On Hold|19 Customer Note Added|29 Scheduled';
const priority = '4 Critical|1 High|2 *Medium|3 Low';
const queue =
  '5 Client Portal|6 Post Sale|8 Alerts|29682833 *Level 1 Support|29682969 Level 2 Support|29683354 Level 3 Escalation|29683378 Field Service|29683481 Project Intake|29683500 -Legacy Helpdesk';
const issueType =
  '10 Workstation|11 Server|12 Network|13 Email|14 User Management|15 Security|16 Software|17 Printing|18 Backup|19 Telephony|20 -Fax';
const subIssueType =
  '101 Slow Performance@10|102 Will Not Boot@10|103 Hardware Failure@10|104 Blue Screen@10|111 Disk Space@11|112 Service Stopped@11|113 Updates@11|121 Internet Down@12|122 Wi-Fi@12|123 VPN@12|124 Switch or Firewall@12|131 Cannot Send or Receive@13|132 Mailbox Full@13|133 Spam or Phishing@13|141 New User@14|142 Leaver@14|143 Password Reset@14|144 Permissions@14|151 Malware@15|152 Suspicious Sign-in@15|153 Multi-factor@15|161 Installation@16|162 Licence@16|163 Line of Business Application@16|164 -Retired Suite@16|171 Cannot Print@17|172 Toner@17|181 Job Failed@18|182 Restore Request@18|191 Handset@19|192 Call Quality@19|201 -Line Fault@20';
const source =
  '-2 Insourced|-1 Client Portal|2 *Phone|4 Email|6 Web Portal|8 Monitoring Alert|10 Verbal|11 -Fax|12 Website';
const serviceLevel = '1 *Standard|2 Gold|3 Platinum|4 -Legacy Bronze';
const person = '1 Resource|2 Contact|3 System';
const thermometer = '1 Happy|2 Neutral|3 Unhappy';
const noteType =
  '1 *Task Summary|2 Task Detail|3 Task Notes|13 Workflow Rule Note - Task|15 -Duplicate Ticket Note|16 Outsource Workflow Note|17 Surveys|18 Client Portal Note|19 Taskfire Note|91 Workflow Rule Action Note|92 Forward or Merge Note|99 RMM Note';
const publish = '1 All Autotask Users|2 Internal Project Team|4 Internal & Co-Managed';
const attachmentPublish = '1 All Autotask Users|2 Internal Users Only|4 Internal & Co-Managed';

export const serviceDesk: PicklistData = {
  'Tickets.status': status,
  'Tickets.priority': priority,
  'Tickets.queueID': queue,
  'Tickets.issueType': issueType,
  'Tickets.subIssueType': subIssueType,
  'Tickets.source': source,
  'Tickets.ticketType': '1 *Service Request|2 Incident|3 Problem|4 Change Request|5 Alert',
  'Tickets.ticketCategory': { from: 'TicketCategories' },
  'Tickets.serviceLevelAgreementID': serviceLevel,
  'Tickets.creatorType': person,
  'Tickets.lastActivityPersonType': person,
  'Tickets.currentServiceThermometerRating': thermometer,
  'Tickets.previousServiceThermometerRating': thermometer,
  'Tickets.changeApprovalBoard': '1 *Default Change Board|2 Emergency Board',
  'Tickets.changeApprovalStatus':
    '1 *Not Assigned|2 Assigned|3 Requested|4 Partially Approved|5 Approved|6 Rejected',
  'Tickets.changeApprovalType': '1 *All must approve|2 One must approve',
  'Tickets.monitorTypeID': '1 Online Status|2 CPU|3 Memory|4 Disk|5 Service|6 Event Log|7 Patch|8 Antivirus',
  'Tickets.rmaStatus': '1 *Requested|2 Approved|3 Shipped|4 Received|5 Credited|6 -Cancelled',
  'Tickets.rmaType': '1 *Replace|2 Repair|3 Credit',
  'TicketCategoryFieldDefaults.status': status,
  'TicketCategoryFieldDefaults.priority': priority,
  'TicketCategoryFieldDefaults.queueID': queue,
  'TicketCategoryFieldDefaults.issueTypeID': issueType,
  'TicketCategoryFieldDefaults.subIssueTypeID': subIssueType,
  'TicketCategoryFieldDefaults.sourceID': source,
  'TicketCategoryFieldDefaults.ticketTypeID':
    '1 *Service Request|2 Incident|3 Problem|4 Change Request|5 Alert',
  'TicketNotes.noteType': noteType,
  'TaskNotes.noteType': noteType,
  'ProjectNotes.noteType':
    '6 *Project Summary|7 Project Detail|8 Project Notes|9 Project Status|12 -Outsource Note',
  'ConfigurationItemNotes.noteType': '1 *General|2 Maintenance|3 Access|4 -Import',
  'TicketNotes.publish': publish,
  'TaskNotes.publish': publish,
  'ProjectNotes.publish': publish,
  publish: attachmentPublish,
  'ResourceRoleQueues.queueID': queue,
  'ResourceRoles.queueID': queue,
  serviceLevelAgreementID: serviceLevel,
  knowledgebaseArticleID: { from: 'KnowledgeBaseArticles' },
  'Tasks.status': status,
  'Tasks.taskType': '1 *Fixed Work|2 Fixed Duration',
  'Tasks.priorityLabel': priority,
  'Tasks.taskCategoryID': '1 *Standard|2 Review|3 Onsite',
  'Tasks.completedByType': person,
  'Tasks.creatorType': person,
  'Tasks.lastActivityPersonType': person,
  'Tasks.departmentID': { from: 'Departments' },
  'Projects.status':
    '0 -Inactive|1 *New|5 Complete|10 In Progress|11 Waiting Customer|12 On Hold|13 Change Order|14 Cancelled',
  'Projects.projectType': '1 Template|2 Proposal|3 Internal|4 *Client|5 Baseline',
  'Projects.department': { from: 'Departments' },
  'ServiceCalls.status': '1 *New|2 Complete|3 Dispatched|4 Customer Confirmed|5 -Rescheduled',
  'TimeEntries.timeEntryType': '2 Ticket Time|5 Regular Time|6 Task Time|10 Time Off',
  'ChecklistLibraries.entityType': '1 *Tickets|2 Configuration Items|3 Documents',
  'NotificationHistory.notificationHistoryTypeID':
    '1 *Ticket|2 Task|3 Project|4 Quote|5 Time Entry|6 Survey|7 Service Call',
  typeID: '1 *Note|2 Time Entry|3 Attachment|4 Charge',
  parentType:
    '1 Company|2 Opportunity|3 Project|4 Ticket or Task|5 Contract|6 Configuration Item|7 Resource|8 Sales Order|9 Expense Report|10 Expense Item|11 Document|12 Article|18 Time Entry|23 Note|24 Project Note|25 Company Note|26 Contract Note|27 Configuration Item Note|28 Attachment',
  attachmentType: '',
};
