/* Every word the page says that is not already written in index.html, in one place. */

const roles = {
  admin: "Quản trị",
  approver: "Lãnh đạo xã",
  cadre: "Cán bộ",
  village_head: "Trưởng thôn",
  resident: "Người dân",
};

const segments = {
  residents: "Người dân",
  households: "Hộ dân",
  party_members: "Đảng viên",
  party_committee: "Cấp ủy",
  authorities: "Chính quyền",
  unions: "Đoàn thể",
};

const styles = { telegram: "kiểu Telegram", zalo: "kiểu Zalo" };

const troubles = {
  0: "Mất kết nối với bản dùng thử. Kiểm tra cửa sổ dòng lệnh còn chạy không; trang sẽ tự nối lại.",
  403: "Người này không ở trong cuộc trò chuyện đó. Hãy quay lại và chọn lại.",
  404: "Không còn thấy người hoặc tin nhắn đó. Hãy quay lại và chọn lại.",
  409: "Menu này đã đóng. Hãy bấm ở tin nhắn mới nhất, hoặc nhắn cho bot để mở lại.",
  413: "Ảnh hoặc tệp quá lớn. Hãy chọn tệp nhỏ hơn 20 MB.",
};

export const words = {
  roles,
  segments,
  styles,
  bot: "Loa Làng",
  you: "Bạn",
  elsewhere: "Nơi khác",
  untied: "Chưa gắn với nơi nào",
  private: "Trò chuyện riêng",
  noMessages: "Chưa có tin nhắn",
  deleted: "Tin nhắn đã thu hồi",
  edited: "đã sửa",
  pinned: "đã ghim",
  photo: "Ảnh",
  file: "Tệp",
  greetPrivate: "Chưa có tin nhắn. Chào bot một câu để bắt đầu.",
  greetGroup: "Nhóm chưa có tin nhắn.",
  hello: { telegram: "/start", zalo: "Xin chào" },
  badPlace: "Vị trí chưa đúng. Hãy gõ số, ví dụ 10.2541 và 105.9722.",
  unreadableFile: "Không đọc được tệp này. Hãy chọn lại tệp khác.",
  unread: (count) => `${count} tin chưa đọc`,
  location: (place) => (place ? `Vị trí: ${place.latitude}, ${place.longitude}` : "Vị trí"),
  remove: (name) => `Bỏ ${name}`,
  trouble: (status) => troubles[status] || `Chưa làm được (lỗi ${status}). Hãy thử lại.`,
};

const ZONE = { timeZone: "Asia/Ho_Chi_Minh" };
const TWO = "2-digit";
// British numbers, since browsers differ on the Vietnamese ones: 22/11 or 22-11.
const DAY = new Intl.DateTimeFormat("en-GB", { ...ZONE, day: TWO, month: TWO });
const TIME = new Intl.DateTimeFormat("en-GB", { ...ZONE, hour: TWO, minute: TWO });
const WEEKDAY = new Intl.DateTimeFormat("vi-VN", { ...ZONE, weekday: "long" });

/* Each takes a moment as ISO text or milliseconds, and says it in Vietnam's time. */
export const dayOf = (moment) => DAY.format(new Date(moment));
export const timeOf = (moment) => TIME.format(new Date(moment));
export const weekdayOf = (moment) => WEEKDAY.format(new Date(moment));
