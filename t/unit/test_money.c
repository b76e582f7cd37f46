#include "value/glyph_money.h"
#include "tap.h"


typedef struct {
    const char       *text;
    glyph_decimal_e   habit;
    int64_t           cents;
    const char       *currency;
    int               ambiguous;
} good_t;


typedef struct {
    const char       *text;
    glyph_code_e      code;
} bad_t;


#define NONE   GLYPH_DECIMAL_UNKNOWN
#define POINT  GLYPH_DECIMAL_POINT
#define COMMA  GLYPH_DECIMAL_COMMA

#define NBSP   "\xc2\xa0"
#define NNBSP  "\xe2\x80\xaf"


static const good_t  good[] = {

    /* plain */
    { "595.99", NONE, 59599, "", 0 },
    { "34995.0", NONE, 3499500, "", 0 },
    { "1085.16", NONE, 108516, "", 0 },
    { "1299", NONE, 129900, "", 0 },
    { "  42  ", NONE, 4200, "", 0 },
    { "0595.99", NONE, 59599, "", 0 },
    { "595.99", COMMA, 59599, "", 0 },
    { ".99", NONE, 99, "", 0 },
    { "12.", NONE, 1200, "", 0 },
    { "+450", NONE, 45000, "", 0 },
    { "0.01", NONE, 1, "", 0 },
    { "9999999999.99", NONE, 999999999999LL, "", 0 },
    { "34995.0000", NONE, 3499500, "", 0 },

    /* noughts behind the cents */
    { "1.2300", NONE, 123, "", 0 },
    { "KWD 1250.750", NONE, 125075, "KWD", 0 },
    { "0.05 BTC", NONE, 5, "BTC", 0 },
    { "BTC 0.5", NONE, 50, "BTC", 0 },
    { "1.2345k", NONE, 123450, "", 0 },

    /* sign or code, before or after */
    { "$1,299.99", NONE, 129999, "USD", 0 },
    { "US $45.00", NONE, 4500, "USD", 0 },
    { "US$45.00", NONE, 4500, "USD", 0 },
    { "U.S. dollars", NONE, -1, NULL, 0 },
    { "45 US dollars", NONE, 4500, "USD", 0 },
    { "C$1,019.78", NONE, 101978, "CAD", 0 },
    { "C $1,019.78", NONE, 101978, "CAD", 0 },
    { "CA$ 1,019.78", NONE, 101978, "CAD", 0 },
    { "1 019,78 $ CA", NONE, 101978, "CAD", 0 },
    { "AU $1,500.00", NONE, 150000, "AUD", 0 },
    { "A$1,500", NONE, 150000, "AUD", 0 },
    { "NZ$999", NONE, 99900, "NZD", 0 },
    { "HK$9,999", NONE, 999900, "HKD", 0 },
    { "S$1,200", NONE, 120000, "SGD", 0 },
    { "NT$39,900", NONE, 3990000, "TWD", 0 },
    { "MX$12,500.00", NONE, 1250000, "MXN", 0 },
    { "$12,500.00 MXN", NONE, 1250000, "MXN", 0 },
    { "R$ 1.234,56", NONE, 123456, "BRL", 0 },
    { "$1,299.99 USD", NONE, 129999, "USD", 0 },
    { "USD 1299", NONE, 129900, "USD", 0 },
    { "1299USD", NONE, 129900, "USD", 0 },
    { "usd1299.50", NONE, 129950, "USD", 0 },
    { "450$", NONE, 45000, "USD", 0 },
    { "\xc2\xa3" "999", NONE, 99900, "GBP", 0 },
    { "1.299,00 €", NONE, 129900, "EUR", 0 },
    { "€1.299,00", NONE, 129900, "EUR", 0 },
    { "EUR 1299", NONE, 129900, "EUR", 0 },
    { "1299 euro", NONE, 129900, "EUR", 0 },
    { "450€", NONE, 45000, "EUR", 0 },
    { "1 299,00 zł", NONE, 129900, "PLN", 0 },
    { "1" NBSP "299,00" NBSP "zł", NONE, 129900, "PLN", 0 },
    { "1" NNBSP "299,00" NBSP "€", NONE, 129900, "EUR", 0 },
    { "12 999 Kč", NONE, 1299900, "CZK", 0 },
    { "429 990 Ft", NONE, 42999000, "HUF", 0 },
    { "1'299.00 CHF", NONE, 129900, "CHF", 0 },
    { "CHF 1\xe2\x80\x99" "299.-", NONE, 129900, "CHF", 0 },
    { "SFr. 450.50", NONE, 45050, "CHF", 0 },
    { "Fr.450", NONE, 45000, "CHF", 0 },
    { "₹1,23,456.00", NONE, 12345600, "INR", 0 },
    { "1,23,456", NONE, 12345600, "", 0 },
    { "Rs.45,000", NONE, 4500000, "INR", 0 },
    { "Rs. 12,34,567.50", NONE, 123456750, "INR", 0 },
    { "¥12,800", NONE, 1280000, "JPY", 0 },
    { "12,800円", NONE, 1280000, "JPY", 0 },
    { "￥12,800", NONE, 1280000, "JPY", 0 },
    { "CN¥2,999.00", NONE, 299900, "CNY", 0 },
    { "¥2,999.00 CNY", NONE, 299900, "CNY", 0 },
    { "₩1,290,000", NONE, 129000000, "KRW", 0 },
    { "Rp 12.500.000", NONE, 1250000000, "IDR", 0 },
    { "R 12 999", NONE, 1299900, "ZAR", 0 },
    { "RM4,599.00", NONE, 459900, "MYR", 0 },
    { "45 990 ₽", NONE, 4599000, "RUB", 0 },
    { "45 990 руб.", NONE, 4599000, "RUB", 0 },
    { "₺24.999,90", NONE, 2499990, "TRY", 0 },
    { "AED 2,499", NONE, 249900, "AED", 0 },
    { "7 499 kr", NONE, 749900, "", 0 },
    { "7 499 kr SEK", NONE, 749900, "SEK", 0 },
    { "7499:-", NONE, 749900, "", 0 },
    { "7 499 kr/st inkl. moms", NONE, 749900, "", 0 },
    { "Endast 7 499 kr fraktfritt", NONE, 749900, "", 0 },

    /* as sellers of other countries write it */
    { "U$S 100", NONE, 10000, "USD", 0 },
    { "U$D 100", NONE, 10000, "USD", 0 },
    { "U.S. $45.00", NONE, 4500, "USD", 0 },
    { "45 U.S. dollars", NONE, 4500, "USD", 0 },
    { "US-$ 500", NONE, 50000, "USD", 0 },
    { "500 US-$", NONE, 50000, "USD", 0 },
    { "US-Dollar 500", NONE, 50000, "USD", 0 },
    { "US$1.299,00", NONE, 129900, "USD", 0 },
    { "$A500", NONE, 50000, "AUD", 0 },
    { "$CDN 500", NONE, 50000, "CAD", 0 },
    { "500 Canadian dollars", NONE, 50000, "CAD", 0 },
    { "RD$ 45,000", NONE, 4500000, "DOP", 0 },
    { "AR$ 500.000", NONE, 50000000, "ARS", 0 },
    { "CN¥ 100", NONE, 10000, "CNY", 0 },
    { "RMB¥2999", NONE, 299900, "CNY", 0 },
    { "人民币2999", NONE, 299900, "CNY", 0 },
    { "JP¥ 129,800", NONE, 12980000, "JPY", 0 },
    { "129,800円（税込）", NONE, 12980000, "JPY", 0 },
    { "GB£ 1299", NONE, 129900, "GBP", 0 },
    { "£1,299 ex VAT", NONE, 129900, "GBP", 0 },
    { "7499 :-", NONE, 749900, "", 0 },
    { "1.299,- €", NONE, 129900, "EUR", 0 },
    { "1.299,-€", NONE, 129900, "EUR", 0 },
    { "CHF 1'299.00", NONE, 129900, "CHF", 0 },
    { "Fr. 1'299.--", NONE, 129900, "CHF", 0 },
    { "₹1,29,999", NONE, 12999900, "INR", 0 },
    { "Rs.1,29,999/-", NONE, 12999900, "INR", 0 },
    { "₹45,000/-", NONE, 4500000, "INR", 0 },
    { "S/ 1,299.00", NONE, 129900, "PEN", 0 },
    { "S/.1299", NONE, 129900, "PEN", 0 },
    { "1 299 kr", NONE, 129900, "", 0 },
    { "kr 1 299,-", NONE, 129900, "", 0 },
    { "R$ 1.299,00", NONE, 129900, "BRL", 0 },
    { "€1.299", NONE, 129900, "EUR", 0 },
    { "12 999 р.", NONE, 1299900, "RUB", 0 },
    { "12999 рублей", NONE, 1299900, "RUB", 0 },
    { "129.900 дин.", NONE, 12990000, "RSD", 0 },
    { "12,990 บาท", NONE, 1299000, "THB", 0 },
    { "KSh 129,900", NONE, 12990000, "KES", 0 },
    { "12.999,00 TL", NONE, 1299900, "TRY", 0 },
    { "12.990.000 VNĐ", NONE, 1299000000, "VND", 0 },

    /* a space, and no more, may also part two prices */
    { "450 500", NONE, 45050000, "", 1 },
    { "$450 500", NONE, 45050000, "USD", 1 },
    { "450 500", COMMA, 45050000, "", 0 },
    { "450 500 €", NONE, 45050000, "EUR", 0 },
    { "450 500.00", NONE, 45050000, "", 0 },

    /* what has no width, or is wide */
    { "1\xc2\xad" "299", NONE, 129900, "", 0 },
    { "\xe2\x80\x8f" "1,299 ₪", NONE, 129900, "ILS", 0 },
    { "\xe2\x80\xab" "450 ₪\xe2\x80\xac", NONE, 45000, "ILS", 0 },
    { "\xe2\x81\xa6$450\xe2\x81\xa9", NONE, 45000, "USD", 0 },
    { "\xd8\x9c" "450", NONE, 45000, "", 0 },
    { "１，２９９．００", NONE, 129900, "", 0 },
    { "＄１２９９", NONE, 129900, "USD", 0 },

    /* a spreadsheet's text */
    { "=\"1299.50\"", NONE, 129950, "", 0 },
    { "'1299", NONE, 129900, "", 0 },
    { "\"1299\"", NONE, 129900, "", 0 },

    /* no fraction */
    { "1299,- €", NONE, 129900, "EUR", 0 },
    { "1.299,–", NONE, 129900, "", 0 },
    { "1.299,-- EUR", NONE, 129900, "EUR", 0 },
    { "1299.-", NONE, 129900, "", 0 },

    /* thousands and fractions of all locales */
    { "1,299,000.50", NONE, 129900050, "", 0 },
    { "1.299.000,50", NONE, 129900050, "", 0 },
    { "1 299 000", NONE, 129900000, "", 0 },
    { "1,299,000", NONE, 129900000, "", 0 },
    { "1.299.000", NONE, 129900000, "", 0 },
    { "12,5", NONE, 1250, "", 0 },
    { "12,50", POINT, 1250, "", 0 },
    { "1.299,5", NONE, 129950, "", 0 },
    { "1,299.000", NONE, 129900, "", 0 },
    { "1299.000", NONE, 129900, "", 0 },

    /* one separator and three digits */
    { "1,299", NONE, 129900, "", 1 },
    { "1.299", NONE, 129900, "", 1 },
    { "1.299", COMMA, 129900, "", 0 },
    { "1,299", POINT, 129900, "", 0 },
    { "$1,299", NONE, 129900, "USD", 0 },
    { "EUR 1.299", NONE, 129900, "EUR", 0 },
    { "€1,299", NONE, 129900, "EUR", 1 },
    { "$1.299", NONE, 129900, "USD", 1 },
    { "$1,299", COMMA, 129900, "USD", 1 },
    { "JPY 12,800", COMMA, 1280000, "JPY", 0 },
    { "JPY 12.800", POINT, 1280000, "JPY", 0 },

    /* words and marks around it */
    { "$10K", NONE, 1000000, "USD", 0 },
    { "1.5k", NONE, 150000, "", 0 },
    { "2,5 k€", NONE, 250000, "EUR", 0 },
    { "Now $549.99", NONE, 54999, "USD", 0 },
    { "Price: $450", NONE, 45000, "USD", 0 },
    { "Price - $450", NONE, 45000, "USD", 0 },
    { "$1,299.99*", NONE, 129999, "USD", 0 },
    { "1,299.99 OBO", NONE, 129999, "", 0 },
    { "$450 or best offer", NONE, 45000, "USD", 0 },
    { "$450 shipped", NONE, 45000, "USD", 0 },
    { "$450 + shipping", NONE, 45000, "USD", 0 },
    { "$450/ea", NONE, 45000, "USD", 0 },
    { "450 € VB", NONE, 45000, "EUR", 0 },
    { "450 € inkl. MwSt.", NONE, 45000, "EUR", 0 },
    { "$450 (OBO)", NONE, 45000, "USD", 0 },
    { "$450 a piece", NONE, 45000, "USD", 0 },

    { "1299 USD/ea", NONE, 129900, "USD", 0 },
    { "$500 o.b.o.", NONE, 50000, "USD", 0 },
    { "$500 + S&H", NONE, 50000, "USD", 0 },
    { "£500 + p&p", NONE, 50000, "GBP", 0 },
    { "$500 PayPal G&S", NONE, 50000, "USD", 0 },
    { "$450 shipped CONUS", NONE, 45000, "USD", 0 },
    { "$450 per card", NONE, 45000, "USD", 0 },
    { "450/unit", NONE, 45000, "", 0 },
    { "450 je Stück", NONE, 45000, "", 0 },
    { "450 par unité", NONE, 45000, "", 0 },
    { "499 zł szt.", NONE, 49900, "PLN", 0 },
    { "499 € c/u", NONE, 49900, "EUR", 0 },
    { "499,00 € inkl. 19% MwSt.", NONE, 49900, "EUR", 0 },
    { "€ 499,00 incl. 21 % btw", NONE, 49900, "EUR", 0 },
    { "499,00 €¹", NONE, 49900, "EUR", 0 },
    { "499 € à débattre", NONE, 49900, "EUR", 0 },
    { "499 € negociables", NONE, 49900, "EUR", 0 },
    { "499 € trattabili", NONE, 49900, "EUR", 0 },
    { "499 zł z wysyłką", NONE, 49900, "PLN", 0 },
    { "€ 499 per stuk", NONE, 49900, "EUR", 0 },
    { "R$ 499 frete grátis", NONE, 49900, "BRL", 0 },
    { "499 ₽ торг", NONE, 49900, "RUB", 0 },

    /* with what shops print beside it */
    { "$749.99 –", NONE, 74999, "USD", 0 },
    { "$749.99" NBSP "–", NONE, 74999, "USD", 0 },
    { "$289.99 (Newegg)", NONE, 28999, "USD", 0 },
    { "$289.99 (Amazon)", NONE, 28999, "USD", 0 },
    { "$1,299.99 (Save $300)", NONE, 129999, "USD", 0 },
    { "$1,299.99 - You Save $300.00", NONE, 129999, "USD", 0 },
    { "$529.95 (9 Offers)–", NONE, 52995, "USD", 0 },
    { "$529.95 (9 Offers)" NBSP "–", NONE, 52995, "USD", 0 },
    { "499,00 € (12 Angebote)", NONE, 49900, "EUR", 0 },
    { "$329.99 (1,204 ratings)", NONE, 32999, "USD", 0 },
    { "3000 zł do negocjacji", NONE, 300000, "PLN", 0 },
    { "3 000 zł - do negocjacji", NONE, 300000, "PLN", 0 },
    { "599.9899999999999", NONE, 59999, "", 0 },
    { "600.0100000000001", NONE, 60001, "", 0 },
    { "R$ 1.999,90 à vista", NONE, 199990, "BRL", 0 },
    { "R$ 1.999,90 à vista no pix", NONE, 199990, "BRL", 0 },
    { "599,99€ before 659€", NONE, 59999, "EUR", 0 },
    { "599,99 € statt 659,00 €", NONE, 59999, "EUR", 0 },
    { "statt 659 € nur 599 €", NONE, 59900, "EUR", 0 },
    { "UVP 1.299 € - jetzt 999 €", NONE, 99900, "EUR", 0 },
    { "NP 1200, VB 700", NONE, 70000, "", 0 },
    { "499 € au lieu de 599 €", NONE, 49900, "EUR", 0 },
    { "antes 599 € ahora 499 €", NONE, 49900, "EUR", 0 },
    { "499 € anziché 599 €", NONE, 49900, "EUR", 0 },
    { "Было 50 000 ₽, стало 45 000 ₽", NONE, 4500000, "RUB", 0 },
    { "定価 129,800円 特価 99,800円", NONE, 9980000, "JPY", 0 },
    { "4 999 kr (ordinarie 5 999 kr)", NONE, 499900, "", 0 },
    { "was $1,299 now $999", NONE, 99900, "USD", 0 },
    { "was $500 now $400", NONE, 40000, "USD", 0 },
    { "Was: $500.00 Now: $400.00 Save: $100.00", NONE, 40000, "USD", 0 },
    { "$500 - was $600", NONE, 50000, "USD", 0 },
    { "$549.99 (was $599.99)", NONE, 54999, "USD", 0 },
    { "MSRP $1,599, $1,299.99", NONE, 129999, "USD", 0 },
    { "$549.99 $50 off", NONE, 54999, "USD", 0 },
    { "450 + 5.99 shipping", NONE, 45000, "", 0 },
    { "$450 + $20 S&H", NONE, 45000, "USD", 0 },
    { "$450 shipping $20", NONE, 45000, "USD", 0 },
    { "£450 (£12.50 delivery)", NONE, 45000, "GBP", 0 },
    { "450 € zzgl. 6,99 € Versand", NONE, 45000, "EUR", 0 },
    { "450 € + 6,99 € Versand (statt 500 €)", NONE, 45000, "EUR", 0 },
    { "RTX 3080 $450", NONE, 45000, "USD", 0 },
    { "RX 6700 XT - 289,90 €", NONE, 28990, "EUR", 0 },
    { "GeForce RTX 3060 12GB €250", NONE, 25000, "EUR", 0 },
    { "￥5,999", NONE, 599900, "JPY", 0 },
    { "７４９．９９", NONE, 74999, "", 0 },

    /* digits of other scripts */
    { "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x99\xef\xbc\x99", NONE, 129900, "",
      0 },
    { "\xd9\xa1\xd9\xa2\xd9\xac\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xab\xd9\xa6",
      NONE, 1234560, "", 0 },

    { NULL, NONE, 0, NULL, 0 }
};


static const bad_t  bad[] = {
    { "", GLYPH_ROW_PRICE_MISSING },
    { "   ", GLYPH_ROW_PRICE_MISSING },
    { NBSP, GLYPH_ROW_PRICE_MISSING },

    { "Call for price", GLYPH_ROW_PRICE_INVALID },
    { "N/A", GLYPH_ROW_PRICE_INVALID },
    { "TBD", GLYPH_ROW_PRICE_INVALID },
    { "Tausch", GLYPH_ROW_PRICE_INVALID },
    { "free", GLYPH_ROW_PRICE_INVALID },
    { "$", GLYPH_ROW_PRICE_INVALID },
    { "-", GLYPH_ROW_PRICE_INVALID },
    { "€", GLYPH_ROW_PRICE_INVALID },
    { "nan", GLYPH_ROW_PRICE_INVALID },
    { "inf", GLYPH_ROW_PRICE_INVALID },
    { "0x10", GLYPH_ROW_PRICE_INVALID },
    { "e3", GLYPH_ROW_PRICE_INVALID },
    { "1.e3", GLYPH_ROW_PRICE_INVALID },
    { "1e", GLYPH_ROW_PRICE_INVALID },
    { "$1e3", GLYPH_ROW_PRICE_INVALID },
    { "7E-01 each", GLYPH_ROW_PRICE_INVALID },
    { "1e99", GLYPH_ROW_PRICE_TOO_LARGE },
    { "1.23456E+02", GLYPH_ROW_PRICE_PRECISION },
    { "1e400", GLYPH_ROW_PRICE_INVALID },
    { "12.34.56", GLYPH_ROW_PRICE_INVALID },
    { "1,23.45", GLYPH_ROW_PRICE_INVALID },
    { "1,2345", GLYPH_ROW_PRICE_INVALID },
    { "1,299.50.00", GLYPH_ROW_PRICE_INVALID },
    { "0,299.00", GLYPH_ROW_PRICE_INVALID },
    { "1'29", GLYPH_ROW_PRICE_INVALID },
    { "20%", GLYPH_ROW_PRICE_INVALID },
    { "20% off", GLYPH_ROW_PRICE_INVALID },
    { "450 per month", GLYPH_ROW_PRICE_INVALID },
    { "RTX 3080 500", GLYPH_ROW_PRICE_INVALID },
    { "$450 EUR", GLYPH_ROW_PRICE_INVALID },
    { "€450 USD", GLYPH_ROW_PRICE_INVALID },
    { "US 450", GLYPH_ROW_PRICE_INVALID },
    { "1299-", GLYPH_ROW_PRICE_INVALID },
    { "1299\xc2\xb2", GLYPH_ROW_PRICE_INVALID },
    { "\xff" "12", GLYPH_ROW_PRICE_INVALID },
    { "https://example.com/450", GLYPH_ROW_PRICE_INVALID },

    { "Contact for price", GLYPH_ROW_PRICE_INVALID },
    { "Preis auf Anfrage", GLYPH_ROW_PRICE_INVALID },
    { "Zu verschenken", GLYPH_ROW_PRICE_INVALID },
    { "VB", GLYPH_ROW_PRICE_INVALID },
    { "Gratis", GLYPH_ROW_PRICE_INVALID },
    { "Best offer", GLYPH_ROW_PRICE_INVALID },
    { "-,-- €", GLYPH_ROW_PRICE_INVALID },
    { "#VALUE!", GLYPH_ROW_PRICE_INVALID },
    { "$5XX", GLYPH_ROW_PRICE_INVALID },
    { "$500?", GLYPH_ROW_PRICE_INVALID },
    { "$500ish", GLYPH_ROW_PRICE_INVALID },
    { "$1.299.99", GLYPH_ROW_PRICE_INVALID },
    { "$1,299,99", GLYPH_ROW_PRICE_INVALID },
    { "1.29.999", GLYPH_ROW_PRICE_INVALID },
    { "1'29'999", GLYPH_ROW_PRICE_INVALID },
    { "192.168.1.1", GLYPH_ROW_PRICE_INVALID },
    { "01.02.2024", GLYPH_ROW_PRICE_INVALID },
    { "99¢", GLYPH_ROW_PRICE_INVALID },
    { "500 points", GLYPH_ROW_PRICE_INVALID },
    { "10% off $549", GLYPH_ROW_PRICE_INVALID },
    { "$549.99 - 10%", GLYPH_ROW_PRICE_INVALID },
    { "$900 for both", GLYPH_ROW_PRICE_INVALID },
    { "2x $450", GLYPH_ROW_PRICE_INVALID },
    { "4 x 125 €", GLYPH_ROW_PRICE_INVALID },
    { "lot of 4 $1000", GLYPH_ROW_PRICE_INVALID },
    { "$49/month", GLYPH_ROW_PRICE_INVALID },
    { "$2.49/hr", GLYPH_ROW_PRICE_INVALID },
    { "0.5/h", GLYPH_ROW_PRICE_INVALID },
    { "5 pcs", GLYPH_ROW_PRICE_INVALID },
    { "1 card", GLYPH_ROW_PRICE_INVALID },
    { "3 Stk.", GLYPH_ROW_PRICE_INVALID },
    { "5 in stock", GLYPH_ROW_PRICE_INVALID },
    { "12x de R$ 49,90", GLYPH_ROW_PRICE_INVALID },
    { "$100 deposit", GLYPH_ROW_PRICE_INVALID },
    { "SOLD", GLYPH_ROW_PRICE_INVALID },
    { "sold for $500", GLYPH_ROW_PRICE_INVALID },
    { "$500 (reserved)", GLYPH_ROW_PRICE_INVALID },
    { "US$ 500 CAD", GLYPH_ROW_PRICE_INVALID },
    { "CN¥ 500 JPY", GLYPH_ROW_PRICE_INVALID },

    { "0", GLYPH_ROW_PRICE_ZERO },
    { "$0", GLYPH_ROW_PRICE_ZERO },
    { "0.00", GLYPH_ROW_PRICE_ZERO },
    { "0,00 €", GLYPH_ROW_PRICE_ZERO },
    { "0.000", GLYPH_ROW_PRICE_ZERO },

    { "0.004", GLYPH_ROW_PRICE_PRECISION },
    { "0.999", GLYPH_ROW_PRICE_PRECISION },
    { "0,005", GLYPH_ROW_PRICE_PRECISION },
    { "1.2345", GLYPH_ROW_PRICE_PRECISION },
    { "1234.565", GLYPH_ROW_PRICE_PRECISION },
    { "0.0005 BTC", GLYPH_ROW_PRICE_PRECISION },
    { "KWD 1250.755", GLYPH_ROW_PRICE_PRECISION },
    { "KWD 1.299", GLYPH_ROW_PRICE_PRECISION },
    { "USD 1,299.999", GLYPH_ROW_PRICE_PRECISION },
    { "1.00000000000000000000000000001", GLYPH_ROW_PRICE_PRECISION },
    { "$1.23456789k", GLYPH_ROW_PRICE_PRECISION },

    { "-5", GLYPH_ROW_PRICE_NEGATIVE },
    { "-$5.00", GLYPH_ROW_PRICE_NEGATIVE },
    { "$-5.00", GLYPH_ROW_PRICE_NEGATIVE },
    { "\xe2\x88\x92" "5", GLYPH_ROW_PRICE_NEGATIVE },
    { "(5.00)", GLYPH_ROW_PRICE_NEGATIVE },
    { "($5.00)", GLYPH_ROW_PRICE_NEGATIVE },

    { "$100-200", GLYPH_ROW_PRICE_RANGE },
    { "$100 - $200", GLYPH_ROW_PRICE_RANGE },
    { "100\xe2\x80\x93" "200", GLYPH_ROW_PRICE_RANGE },
    { "100 to 200", GLYPH_ROW_PRICE_RANGE },
    { "from $99", GLYPH_ROW_PRICE_LIMIT },
    { "ab 99 €", GLYPH_ROW_PRICE_LIMIT },
    { "à partir de 99 €", GLYPH_ROW_PRICE_LIMIT },
    { "desde 99 €", GLYPH_ROW_PRICE_LIMIT },
    { "starting at $99", GLYPH_ROW_PRICE_LIMIT },
    { "up to $500", GLYPH_ROW_PRICE_LIMIT },
    { "$450+", GLYPH_ROW_PRICE_LIMIT },
    { "~$450", GLYPH_ROW_PRICE_LIMIT },
    { "ca. 450 €", GLYPH_ROW_PRICE_LIMIT },
    { "$1,299 $999", GLYPH_ROW_PRICE_SEVERAL },
    { "MSRP $1,299", GLYPH_ROW_PRICE_LIMIT },
    { "1299 999", GLYPH_ROW_PRICE_SEVERAL },

    { "450 bis 500 €", GLYPH_ROW_PRICE_RANGE },
    { "entre 450 et 500", GLYPH_ROW_PRICE_RANGE },
    { "between $450 and $500", GLYPH_ROW_PRICE_RANGE },
    { "450 EUR - 500 EUR", GLYPH_ROW_PRICE_RANGE },
    { "da 450 €", GLYPH_ROW_PRICE_LIMIT },
    { "od 450 zł", GLYPH_ROW_PRICE_LIMIT },
    { "vanaf € 450", GLYPH_ROW_PRICE_LIMIT },
    { "≥ 500", GLYPH_ROW_PRICE_LIMIT },
    { "≈500", GLYPH_ROW_PRICE_LIMIT },
    { "< 500", GLYPH_ROW_PRICE_LIMIT },
    { "Was $500", GLYPH_ROW_PRICE_LIMIT },
    { "statt 599 €", GLYPH_ROW_PRICE_LIMIT },
    { "UVP 499 €", GLYPH_ROW_PRICE_LIMIT },
    { "NP 599 €", GLYPH_ROW_PRICE_LIMIT },
    { "List price: $499.00", GLYPH_ROW_PRICE_LIMIT },
    { "Current bid: $450", GLYPH_ROW_PRICE_LIMIT },
    { "$549.99\n$599.99", GLYPH_ROW_PRICE_SEVERAL },
    { "$499 / £450", GLYPH_ROW_PRICE_SEVERAL },
    { "499 EUR / 520 USD", GLYPH_ROW_PRICE_SEVERAL },

    /* which of them is paid is not said, or cannot be so */
    { "was $400 now $500", GLYPH_ROW_PRICE_SEVERAL },
    { "659 € before 599,99 € now", GLYPH_ROW_PRICE_SEVERAL },
    { "$50 off $549.99", GLYPH_ROW_PRICE_SEVERAL },
    { "Save $300 on $1,299", GLYPH_ROW_PRICE_INVALID },
    { "Save $300: $1,299", GLYPH_ROW_PRICE_SEVERAL },
    { "$12 shipping, $450", GLYPH_ROW_PRICE_SEVERAL },
    { "$450 $12", GLYPH_ROW_PRICE_SEVERAL },
    { "$700 shipped / $680 local", GLYPH_ROW_PRICE_SEVERAL },
    { "was $500 - $600", GLYPH_ROW_PRICE_LIMIT },
    { "was $600, $400 to $500", GLYPH_ROW_PRICE_RANGE },
    { "$100 off", GLYPH_ROW_PRICE_LIMIT },
    { "save $50", GLYPH_ROW_PRICE_LIMIT },
    { "+$12.50 shipping", GLYPH_ROW_PRICE_INVALID },
    { "+ 5,99 € Versand", GLYPH_ROW_PRICE_INVALID },
    { "(9 offers)", GLYPH_ROW_PRICE_INVALID },
    { "9 offers from $529.95", GLYPH_ROW_PRICE_LIMIT },
    { "from $199.99 (9 Offers)", GLYPH_ROW_PRICE_LIMIT },
    { "$299.99 (0)", GLYPH_ROW_PRICE_SEVERAL },
    { "$299.99 (eBid)", GLYPH_ROW_PRICE_INVALID },
    { "RTX 3080 450", GLYPH_ROW_PRICE_INVALID },
    { "2 RTX 3080 $900", GLYPH_ROW_PRICE_SEVERAL },
    { "2x RTX 3080 $900", GLYPH_ROW_PRICE_INVALID },
    { "RTX 3080 $450 $500", GLYPH_ROW_PRICE_SEVERAL },
    { "3000 zł do 3500 zł", GLYPH_ROW_PRICE_RANGE },
    { "do 3000 zł", GLYPH_ROW_PRICE_LIMIT },
    { "od 3000 zł do negocjacji", GLYPH_ROW_PRICE_LIMIT },
    { "$1 $2 $3 $4 $5 $6 $7", GLYPH_ROW_PRICE_SEVERAL },
    { "was $500 now 400 €", GLYPH_ROW_PRICE_INVALID },
    { "2 for $900", GLYPH_ROW_PRICE_SEVERAL },
    { "450 500 600 700 800", GLYPH_ROW_PRICE_TOO_LARGE },
    { "1299€99", GLYPH_ROW_PRICE_SEVERAL },

    { "10000000000", GLYPH_ROW_PRICE_TOO_LARGE },
    { "9999999999.995", GLYPH_ROW_PRICE_PRECISION },
    { "99999999999", GLYPH_ROW_PRICE_TOO_LARGE },
    { "99999999999999999999999999999999999999999999",
      GLYPH_ROW_PRICE_TOO_LARGE },
    { "$99999999K", GLYPH_ROW_PRICE_TOO_LARGE },

    { NULL, GLYPH_CODE_OK }
};


static glyph_str_t
str(const char *text)
{
    glyph_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static void
test_good(const good_t *g)
{
    glyph_str_t    text;
    glyph_code_e   code;
    glyph_money_t  m;

    text = str(g->text);
    memset(&m, 0, sizeof(m));
    code = glyph_money_parse(&text, g->habit, &m);

    if (g->cents < 0) {
        ok(code != GLYPH_CODE_OK, "\"%s\" is no price", g->text);
        return;
    }

    ok(code == GLYPH_CODE_OK && m.cents == g->cents
       && strcmp(m.currency, g->currency) == 0
       && (int) m.ambiguous == g->ambiguous,
       "\"%s\" (habit %d): %s %lld \"%s\" %d, want %lld \"%s\" %d", g->text,
       g->habit, glyph_code_name(code), (long long) m.cents, m.currency,
       m.ambiguous, (long long) g->cents, g->currency, g->ambiguous);
}


static void
test_bad(const bad_t *b)
{
    glyph_str_t    text;
    glyph_code_e   code;
    glyph_money_t  m;

    text = str(b->text);
    m.cents = 77;
    code = glyph_money_parse(&text, GLYPH_DECIMAL_UNKNOWN, &m);

    ok(code == b->code && m.cents == 77, "\"%s\": %s, want %s", b->text,
       glyph_code_name(code), glyph_code_name(b->code));
}


/* What spreadsheets write is read, and told of. */

static void
test_exponent(const char *value, int64_t cents)
{
    glyph_str_t    text;
    glyph_code_e   code;
    glyph_money_t  m;

    text = str(value);
    memset(&m, 0, sizeof(m));
    code = glyph_money_parse(&text, GLYPH_DECIMAL_UNKNOWN, &m);

    ok(code == GLYPH_CODE_OK && m.cents == cents && m.exponent,
       "\"%s\": %s %lld", value, glyph_code_name(code),
       (long long) m.cents);
}


static void
test_number(const char *value, glyph_code_e want, int64_t cents)
{
    glyph_str_t    text;
    glyph_code_e   code;
    glyph_money_t  m;

    text = str(value);
    memset(&m, 0, sizeof(m));
    code = glyph_money_number(&text, &m);

    ok(code == want && m.cents == cents && !m.exponent,
       "the number %s: %s %lld", value, glyph_code_name(code),
       (long long) m.cents);
}


static void
test_habit(const char *value, glyph_decimal_e want)
{
    glyph_str_t  text;

    text = str(value);
    is_int(glyph_money_habit(&text), want, "habit of \"%s\"", value);
}


static void
test_settle(const char *price, const char *column, glyph_code_e want,
    const char *currency, int ambiguous)
{
    glyph_str_t    text;
    glyph_code_e   code;
    glyph_money_t  m;

    text = str(price);

    if (glyph_money_parse(&text, GLYPH_DECIMAL_UNKNOWN, &m)) {
        ok(0, "\"%s\" is read", price);
        return;
    }

    code = glyph_money_settle(&m, column);

    ok(code == want && (code || (strcmp(m.currency, currency) == 0
                                 && (int) m.ambiguous == ambiguous)),
       "\"%s\" in a row of \"%s\": %s \"%s\" %d", price, column,
       glyph_code_name(code), m.currency, m.ambiguous);
}


static void
test_currency(const char *value, const char *want)
{
    char          out[4];
    glyph_str_t   text;
    glyph_code_e  code;

    text = str(value);
    code = glyph_currency_parse(&text, out);

    if (want == NULL) {
        is_int(code, GLYPH_WARN_CURRENCY_INVALID, "\"%s\" is no currency",
               value);
        return;
    }

    ok(code == GLYPH_CODE_OK && strcmp(out, want) == 0,
       "currency \"%s\" is %s", value, want);
}


/* No text, whole or cut anywhere, may be read beyond its end. */

static void
test_cuts(void)
{
    size_t         i, n;
    long           allocs;
    glyph_str_t    text;
    unsigned char *copy;
    glyph_money_t  m;

    allocs = tap_malloc_count();

    for (i = 0; good[i].text; i++) {

        for (n = 0; n <= strlen(good[i].text); n++) {
            copy = malloc(n ? n : 1);
            memcpy(copy, good[i].text, n);
            text.data = copy;
            text.len = n;
            (void) glyph_money_parse(&text, GLYPH_DECIMAL_UNKNOWN, &m);
            (void) glyph_money_habit(&text);
            free(copy);
            allocs++;
        }
    }

    is_int(tap_malloc_count(), allocs, "reading a price allocates nothing");
}


int
main(void)
{
    char           digits[70000];
    size_t         i;
    glyph_str_t    text;
    glyph_money_t  m;

    for (i = 0; good[i].text; i++) {
        test_good(&good[i]);
    }

    for (i = 0; bad[i].text; i++) {
        test_bad(&bad[i]);
    }

    memset(digits, '9', sizeof(digits));
    text.data = (unsigned char *) digits;
    text.len = sizeof(digits);
    ok(glyph_money_parse(&text, POINT, &m) != GLYPH_CODE_OK,
       "70,000 digits are no price");

    test_exponent("7E+02", 70000);
    test_exponent("1.2999E+03", 129990);
    test_exponent("7e2", 70000);
    test_exponent("75E-1", 750);

    test_number("1e3", GLYPH_CODE_OK, 100000);
    test_number("1.290", GLYPH_CODE_OK, 129);
    test_number("1.299", GLYPH_ROW_PRICE_PRECISION, 0);
    test_number("0.0005", GLYPH_ROW_PRICE_PRECISION, 0);
    test_number("5e-3", GLYPH_ROW_PRICE_PRECISION, 0);
    test_number("0.000", GLYPH_ROW_PRICE_ZERO, 0);
    test_number("-1.299", GLYPH_ROW_PRICE_NEGATIVE, 0);

    test_habit("1.299,00", COMMA);
    test_habit("1234.565", POINT);
    test_habit("599,99 € statt 1.659,00 €", COMMA);
    test_habit("12,5", COMMA);
    test_habit("1.299.000", COMMA);
    test_habit("1,299.00", POINT);
    test_habit("595.99", POINT);
    test_habit("1,299,000", POINT);
    test_habit("$1,299.99", POINT);
    test_habit("1299,- €", COMMA);
    test_habit("1,299", NONE);
    test_habit("EUR 1.299", NONE);
    test_habit("1299", NONE);
    test_habit("1 299", NONE);
    test_habit("", NONE);
    test_habit("Tausch", NONE);

    test_settle("$1,299", "CAD", GLYPH_CODE_OK, "CAD", 0);
    test_settle("$1,299", "EUR", GLYPH_ROW_CURRENCY_CONFLICT, "", 0);
    test_settle("US $1,299", "CAD", GLYPH_ROW_CURRENCY_CONFLICT, "", 0);
    test_settle("¥2,999", "CNY", GLYPH_CODE_OK, "CNY", 0);
    test_settle("7 499 kr", "SEK", GLYPH_CODE_OK, "SEK", 0);
    test_settle("7 499 kr", "EUR", GLYPH_ROW_CURRENCY_CONFLICT, "", 0);
    test_settle("£1,299", "EGP", GLYPH_CODE_OK, "EGP", 0);
    test_settle("£1,299", "EUR", GLYPH_ROW_CURRENCY_CONFLICT, "", 0);
    test_settle("1 299 р.", "BYN", GLYPH_CODE_OK, "BYN", 0);
    test_settle("450 500", "HUF", GLYPH_CODE_OK, "HUF", 0);
    test_settle("450 500", "USD", GLYPH_CODE_OK, "USD", 1);
    test_settle("1.299", "EUR", GLYPH_CODE_OK, "EUR", 0);
    test_settle("1,299", "EUR", GLYPH_CODE_OK, "EUR", 1);
    test_settle("1,299", "USD", GLYPH_CODE_OK, "USD", 0);

    test_currency("EUR", "EUR");
    test_currency(" usd ", "USD");
    test_currency("€", "EUR");
    test_currency("euro", "EUR");
    test_currency("Euros", "EUR");
    test_currency("$", "USD");
    test_currency("US$", "USD");
    test_currency("C $", "CAD");
    test_currency("US Dollar", "USD");
    test_currency("zł", "PLN");
    test_currency("PLN", "PLN");
    test_currency("GBP", "GBP");
    test_currency("Kč", "CZK");
    test_currency("Fr.", "CHF");
    test_currency("", "");
    test_currency("U$S", "USD");
    test_currency("$US", "USD");
    test_currency("US-Dollar", "USD");
    test_currency("U.S. Dollar", "USD");
    test_currency("$ USD", "USD");
    test_currency("(USD)", "USD");
    test_currency("Canadian Dollar", "CAD");
    test_currency("EUR (€)", "EUR");
    test_currency("€ EUR", "EUR");
    test_currency("Pound Sterling", "GBP");
    test_currency("CN¥", "CNY");
    test_currency("RMB ¥", "CNY");
    test_currency("руб.", "RUB");
    test_currency("USD/EUR", NULL);
    test_currency("£ USD", NULL);
    test_currency("US", NULL);
    test_currency("-", NULL);
    test_currency("N/A", NULL);
    test_currency("840", NULL);
    test_currency("USDT", NULL);
    test_currency("kr", NULL);
    test_currency("XXX", "XXX");
    test_currency("12", NULL);
    test_currency("BTC", "BTC");

    test_cuts();

    return tap_done();
}
