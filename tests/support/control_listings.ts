/**
 * What `v4l2-ctl --list-ctrls-menus` prints: of the kernel's test driver, from our machine, and of a
 * webcam, from a user's post; both shortened.
 *
 * @module
 */

/** The test driver: a control of each kind. */
export const VIVID = `
User Controls

                     brightness 0x00980900 (int)    : min=0 max=255 step=1 default=128 value=77 flags=slider
                            hue 0x00980903 (int)    : min=-128 max=128 step=1 default=0 value=-5 flags=slider
                 gain_automatic 0x00980912 (bool)   : default=1 value=1 flags=update
                           gain 0x00980913 (int)    : min=0 max=255 step=1 default=100 value=16 flags=inactive, volatile
                         button 0x0098f900 (button) : value=0 flags=write-only, execute-on-write
                integer_64_bits 0x0098f903 (int64)  : min=-9223372036854775808 max=9223372036854775807 step=1 default=0 value=0
                           menu 0x0098f904 (menu)   : min=1 max=4 default=3 value=3 (Menu Item 3)
				1: Menu Item 1
				3: Menu Item 3
				4: Menu Item 4
                         string 0x0098f905 (str)    : min=2 max=4 step=1 value='  ' flags=has-payload
                        bitmask 0x0098f906 (bitmask): max=0x80402010 default=0x80002000 value=-2147475456
                   integer_menu 0x0098f907 (intmenu): min=1 max=8 default=4 value=4 (5 0x5)
				2: 2 (0x2)
				4: 5 (0x5)
            u32_1_element_array 0x0098f908 (u32)    : min=16 max=131072 step=1 default=24 dims=[1] flags=has-payload
      read_only_integer_32_bits 0x0098f90c (int)    : min=0 max=255 step=1 default=0 value=0 flags=read-only
`;

/** A webcam whose exposure, white balance and focus are automatic. */
export const WEBCAM = `
User Controls

                     brightness 0x00980900 (int)    : min=0 max=255 step=1 default=128 value=128
        white_balance_automatic 0x0098090c (bool)   : default=1 value=1
      white_balance_temperature 0x0098091a (int)    : min=2000 max=6500 step=1 default=4000 value=4000 flags=inactive

Camera Controls

                  auto_exposure 0x009a0901 (menu)   : min=0 max=3 default=3 value=3 (Aperture Priority Mode)
				1: Manual Mode
				3: Aperture Priority Mode
         exposure_time_absolute 0x009a0902 (int)    : min=3 max=2047 step=1 default=250 value=250 flags=inactive
                   pan_absolute 0x009a0908 (int)    : min=-36000 max=36000 step=3600 default=0 value=0
                 focus_absolute 0x009a090a (int)    : min=0 max=250 step=5 default=0 value=0 flags=inactive
     focus_automatic_continuous 0x009a090c (bool)   : default=1 value=1
`;
